import type { LookUpResult, ProviderCharge } from '../../adapters/payments/port.ts';
import type { Answer } from '../../contracts/answer.ts';
import { parseId } from '../../db/new-id.ts';
import { type BookedCharge, findBookedCharges, listBookedCharges } from '../../db/queries/reconciliation.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type Instant, SECOND_MS } from '../../domain/instant.ts';
import { differenceOf, type TheirCharge } from '../../domain/payments/charge-difference.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';
import type { BillingContext } from '../context.ts';
import { refuseAsProvider } from '../provider-accounts/refuse-as-provider.ts';
import { type AskedProvider, withProvider } from './ask-provider.ts';
import { listChargesInRange } from './list-charges-in-range.ts';
import { type Difference, type Reconciled, renderReconciliation } from './render-reconciliation.ts';

const chargesMax = 1_000;
const lookUpsMax = 50;
const lookUpTimeoutMs = 5 * SECOND_MS;

export interface ReconciledRange {
  provider: ProviderName;
  from: Instant;
  to: Instant;
}

/**
 * The provider's own list of charges beside our books, over `[from, to)` of real time or as much of it as one answer holds.
 * Changes nothing. Ours are read first: whatever we know by then, the provider has known for longer.
 */
export function reconcileCharges(context: BillingContext, tenantId: TenantId, range: ReconciledRange): Promise<Answer> {
  if (!context.provider(range.provider).capabilities.listCharges) {
    throw new DomainError('not_supported', 'This provider does not list its charges.');
  }
  return withProvider(context, range.provider, async (asked) => {
    const reconciled = await compare(context, tenantId, { ...range, asked }).catch(refuseAsProvider);
    return { status: 200, body: renderReconciliation(range, reconciled) };
  });
}

async function compare(
  { database }: BillingContext,
  tenantId: TenantId,
  { asked, provider, from, to }: ReconciledRange & { asked: AskedProvider },
): Promise<Reconciled> {
  const readAt = Date.now();
  const of = { provider, refundedBefore: readAt };
  const booked = await readAsTenant(database, tenantId, (sql) =>
    listBookedCharges(sql, { ...of, from, to, limit: chargesMax + 1 }),
  );
  const ownTo = booked.length > chargesMax ? cutOf(booked, to) : to;
  const listed = await listChargesInRange(asked, tenantId, { from, to: ownTo, chargesMax });
  const { coveredTo } = listed;
  // Every send of ours names its attempt: in an account that a tenant uses for something else too, the rest is not ours.
  const theirs = listed.charges.filter(
    ({ status, attemptId }) => status === 'succeeded' && parseId('attempt', attemptId) !== null,
  );
  const byAttempt = Map.groupBy(theirs, ({ attemptId }) => attemptId);
  const named = await readAsTenant(database, tenantId, (sql) =>
    findBookedCharges(sql, { ...of, ids: [...byAttempt.keys()] }),
  );
  const ours = booked.filter(({ firstSentAt }) => (firstSentAt ?? from) < coveredTo);
  const { differences, inFlight } = compareListed(byAttempt, named);
  const missing = ours.filter(({ id }) => !byAttempt.has(id));
  const lookedUp = await lookUpMissing(asked, tenantId, missing);
  return {
    ...{ coveredTo, theirs, ours, inFlight },
    differences: [...differences, ...lookedUp.differences],
    confirmed: lookedUp.confirmed,
  };
}

/** Where ours are too many for one answer: before the first that is left out, or behind it where all are of one instant. */
function cutOf(booked: readonly BookedCharge[], to: Instant): Instant {
  const [first, last] = [booked[0]?.firstSentAt ?? to, booked.at(-1)?.firstSentAt ?? to];
  return last > first ? last : Math.min(to, last + 1);
}

function compareListed(byAttempt: ReadonlyMap<string, ProviderCharge[]>, named: readonly BookedCharge[]) {
  const ourById = new Map<string, BookedCharge>(named.map((charge) => [charge.id, charge]));
  const now = Date.now();
  const differences: Difference[] = [];
  const inFlight = new Set<string>();
  for (const [attemptId, charges] of byAttempt) {
    const ours = ourById.get(attemptId) ?? null;
    const kind = differenceOf(ours, charges);
    if (kind === 'status_differs' && (ours?.leaseUntil ?? 0) > now) inFlight.add(attemptId);
    else if (kind !== null) differences.push({ kind, attemptId, ours, theirs: charges, lookedUp: false });
  }
  return { differences, inFlight };
}

/**
 * Ours that the list does not show: near the edge of the time asked for, in a list that lags, or really not there. The provider
 * is asked about each by itself; what it refunded no look-up says, so ours is taken for it.
 */
async function lookUpMissing(asked: AskedProvider, tenantId: TenantId, missing: readonly BookedCharge[]) {
  const differences: Difference[] = [];
  let confirmed = 0;
  for (const [index, ours] of missing.entries()) {
    const isAsked = index < lookUpsMax && !asked.isLate();
    const found = isAsked ? await lookUp(asked, tenantId, ours) : null;
    const theirs = found === null ? [] : theirsOf(found, ours);
    const kind = differenceOf(ours, theirs);
    if (kind === null) confirmed += 1;
    else differences.push({ kind, attemptId: ours.id, ours, theirs, lookedUp: isAsked });
  }
  return { differences, confirmed };
}

async function lookUp(asked: AskedProvider, tenantId: TenantId, ours: BookedCharge): Promise<LookUpResult> {
  await asked.turn();
  return asked.provider.lookUp({
    ...{ tenantId, attemptId: ours.id, providerChargeId: ours.providerChargeId, timeoutMs: lookUpTimeoutMs },
    firstSentAt: new Date(ours.firstSentAt ?? 0),
  });
}

function theirsOf(found: LookUpResult, { refundedMinor }: BookedCharge): TheirCharge[] {
  if (found.kind === 'not_found' || found.outcome.kind !== 'succeeded') return [];
  const { outcome, amountMinor, currency } = found;
  return [{ providerChargeId: outcome.providerChargeId, amountMinor, currency, refundedMinor }];
}
