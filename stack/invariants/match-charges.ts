import type { PaymentProvider, ProviderCharge } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { Sql } from '../../db/database.ts';
import type { Violation } from '../../db/queries/invariants.ts';
import { type ChargedAttempt, listChargedAttempts } from '../../db/queries/outside-facts.ts';
import type { TenantId } from '../../domain/ids.ts';
import { assertNever } from '../../domain/invariant.ts';
import { differenceOf } from '../../domain/payments/charge-difference.ts';

const pageSize = 100;
const lookUpTimeoutMs = 10_000;
/** PayPal's search shows a payment up to three hours late; what is younger and not listed is looked up by itself. */
const listLagMs: Readonly<Record<string, number>> = { paypal: 3 * 3_600_000 };

export interface MatchedCharges {
  violations: Violation[];
  attempts: number;
  charges: number;
}

interface Parts {
  owner: Sql;
  provider: PaymentProvider;
  tenantId: TenantId;
  toleratedMs: number;
}

/**
 * I6: the provider's own list of charges and our succeeded attempts are the same, 1:1, with amount and currency; what it
 * refunded lies within what we asked for. A charge is in flight while its sender holds the lease, and `toleratedMs` beyond.
 */
export async function matchCharges(parts: Parts): Promise<MatchedCharges> {
  const { owner, provider, tenantId } = parts;
  // Ours first: whatever we know by then, the provider has known for longer.
  const attempts = await listChargedAttempts(owner, tenantId, provider.name);
  let charges: ProviderCharge[];
  try {
    const listed = await listSucceeded(provider, tenantId);
    charges = [...listed, ...(await lookUpMissing(parts, attempts, listed))];
  } catch (error) {
    return { violations: [cannotBeAsked({ tenantId, provider: provider.name }, error)], attempts: 0, charges: 0 };
  }
  return { violations: compare(parts, attempts, charges), attempts: attempts.length, charges: charges.length };
}

/** Credentials refused, no account, a key that opens nothing, or nobody there: nothing is known about its charges. */
export function cannotBeAsked(row: { tenantId: TenantId; provider: string }, error: unknown): Violation {
  const code = error instanceof ProviderError ? error.code : null;
  const reason = error instanceof Error ? error.message : String(error);
  return { invariant: 'I6', what: 'a provider cannot be asked for its charges', row: { ...row, code, reason } };
}

type Note = (attemptId: string, what: string, row?: object) => void;

function compare(parts: Parts, attempts: readonly ChargedAttempt[], charges: readonly ProviderCharge[]): Violation[] {
  const { provider, tenantId, toleratedMs } = parts;
  const byAttempt = Map.groupBy(charges, (charge) => charge.attemptId);
  const known = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const violations: Violation[] = [];
  const note: Note = (attemptId, what, row = {}) =>
    violations.push({ invariant: 'I6', what, row: { tenantId, provider: provider.name, id: attemptId, ...row } });
  for (const attempt of attempts) {
    if (attempt.status === 'succeeded') checkOurs(attempt, byAttempt.get(attempt.id) ?? [], note);
  }
  const settledBefore = Date.now() - toleratedMs;
  for (const [attemptId, theirs] of byAttempt) {
    const attempt = known.get(attemptId);
    if (attempt?.status === 'succeeded') continue;
    const late = theirs.filter(
      (charge) => Math.max(charge.createdAt.getTime(), attempt?.leaseUntil ?? 0) < settledBefore,
    );
    if (late.length === 0) continue;
    note(attemptId, 'the provider charged what did not succeed here', {
      status: attempt?.status ?? null,
      ...theirsOf(late),
    });
  }
  return violations;
}

function checkOurs(attempt: ChargedAttempt, charges: readonly ProviderCharge[], note: Note): void {
  const { id, providerChargeId, amountMinor, currency, refundedMinor, refundingMinor } = attempt;
  const ours = { providerChargeId, amountMinor, currency };
  const difference = differenceOf(attempt, charges);
  switch (difference) {
    case null:
    // Both are said of an attempt that has not succeeded here: its charges are looked at from the other side.
    case 'not_with_us':
    case 'status_differs':
      return;
    case 'not_at_provider':
      return note(id, 'an attempt succeeded here that the provider never charged', ours);
    case 'charged_twice':
      return note(id, 'the provider charged one attempt more than once', theirsOf(charges));
    case 'charge_differs':
      return note(id, 'the provider charged something else', { ...ours, ...theirsOf(charges) });
    case 'refund_differs': {
      const theirs = { charged: charges[0]?.refundedMinor };
      return note(id, 'the provider refunded more or less than was asked', {
        refundedMinor,
        refundingMinor,
        ...theirs,
      });
    }
    default:
      assertNever(difference);
  }
}

function theirsOf(charges: readonly ProviderCharge[]): { charged: string } {
  return {
    charged: charges.map((charge) => `${charge.providerChargeId} ${charge.amountMinor} ${charge.currency}`).join(', '),
  };
}

/** Every send of ours names its attempt: in an account that a tenant uses for something else too, the rest is not ours. */
async function listSucceeded(provider: PaymentProvider, tenantId: TenantId): Promise<ProviderCharge[]> {
  const succeeded: ProviderCharge[] = [];
  let cursor: string | null = null;
  do {
    const page = await provider.listCharges({ tenantId, limit: pageSize, ...(cursor === null ? {} : { cursor }) });
    succeeded.push(
      ...page.charges.filter(({ status, attemptId }) => status === 'succeeded' && attemptId.startsWith('att_')),
    );
    cursor = page.nextCursor;
  } while (cursor !== null);
  return succeeded;
}

/** What a list that lags does not show yet; what it refunded meanwhile no list says, so ours is taken for it. */
async function lookUpMissing(
  { provider, tenantId }: Parts,
  attempts: readonly ChargedAttempt[],
  listed: readonly ProviderCharge[],
): Promise<ProviderCharge[]> {
  const shownBefore = Date.now() - (listLagMs[provider.name] ?? 0);
  const ids = new Set(listed.map(({ attemptId }) => attemptId));
  const found: ProviderCharge[] = [];
  for (const attempt of attempts) {
    const { id: attemptId, status, firstSentAt, providerChargeId, refundedMinor } = attempt;
    if (status !== 'succeeded' || ids.has(attemptId) || firstSentAt === null || firstSentAt < shownBefore) continue;
    const asked = { tenantId, attemptId, providerChargeId, timeoutMs: lookUpTimeoutMs };
    const answer = await provider.lookUp({ ...asked, firstSentAt: new Date(firstSentAt) });
    if (answer.kind === 'not_found' || answer.outcome.kind !== 'succeeded') continue;
    const { outcome, amountMinor, currency } = answer;
    const charge = { providerChargeId: outcome.providerChargeId, attemptId, amountMinor, currency };
    found.push({ ...charge, status: 'succeeded', refundedMinor, createdAt: new Date(firstSentAt) });
  }
  return found;
}
