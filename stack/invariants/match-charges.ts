import type { PaymentProvider, ProviderCharge } from '../../adapters/payments/port.ts';
import type { Sql } from '../../db/database.ts';
import type { Violation } from '../../db/queries/invariants.ts';
import { type ChargedAttempt, listChargedAttempts } from '../../db/queries/outside-facts.ts';
import type { TenantId } from '../../domain/ids.ts';

const pageSize = 100;

export interface MatchedCharges {
  violations: Violation[];
  attempts: number;
  charges: number;
}

/**
 * I6: the provider's own list of charges and our succeeded attempts are the same, 1:1, with amount and currency; what it
 * refunded lies within what we asked for. A charge is in flight while its sender holds the lease, and `toleratedMs` beyond.
 */
export async function matchCharges(parts: {
  owner: Sql;
  provider: PaymentProvider;
  tenantId: TenantId;
  toleratedMs: number;
}): Promise<MatchedCharges> {
  const { owner, provider, tenantId, toleratedMs } = parts;
  // Ours first: whatever we know by then, the provider has known for longer.
  const attempts = await listChargedAttempts(owner, tenantId, provider.name);
  const charges = await listSucceeded(provider, tenantId);
  const byAttempt = Map.groupBy(charges, (charge) => charge.attemptId);
  const known = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const violations: Violation[] = [];
  const note: Note = (attemptId, what, row = {}) =>
    violations.push({ invariant: 'I6', what, row: { tenantId, id: attemptId, ...row } });
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
  return { violations, attempts: attempts.length, charges: charges.length };
}

type Note = (attemptId: string, what: string, row?: object) => void;

function checkOurs(attempt: ChargedAttempt, charges: readonly ProviderCharge[], note: Note): void {
  const { id, providerChargeId, amountMinor, currency, refundedMinor, refundingMinor } = attempt;
  const ours = { providerChargeId, amountMinor, currency };
  const [charge] = charges;
  if (charge === undefined) return note(id, 'an attempt succeeded here that the provider never charged', ours);
  if (charges.length > 1) return note(id, 'the provider charged one attempt more than once', theirsOf(charges));
  const isSame =
    charge.providerChargeId === providerChargeId && charge.amountMinor === amountMinor && charge.currency === currency;
  if (!isSame) return note(id, 'the provider charged something else', { ...ours, ...theirsOf(charges) });
  if (charge.refundedMinor < refundedMinor || charge.refundedMinor > refundedMinor + refundingMinor) {
    const theirs = { provider: charge.refundedMinor };
    note(id, 'the provider refunded more or less than was asked', { refundedMinor, refundingMinor, ...theirs });
  }
}

function theirsOf(charges: readonly ProviderCharge[]): { provider: string } {
  return {
    provider: charges.map((charge) => `${charge.providerChargeId} ${charge.amountMinor} ${charge.currency}`).join(', '),
  };
}

async function listSucceeded(provider: PaymentProvider, tenantId: TenantId): Promise<ProviderCharge[]> {
  const succeeded: ProviderCharge[] = [];
  let cursor: string | null = null;
  do {
    const page = await provider.listCharges({ tenantId, limit: pageSize, ...(cursor === null ? {} : { cursor }) });
    succeeded.push(...page.charges.filter((charge) => charge.status === 'succeeded'));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return succeeded;
}
