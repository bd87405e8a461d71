import type { ProviderCharge } from '../../adapters/payments/port.ts';
import type { ReconciliationBody } from '../../contracts/rest/reconciliation.ts';
import type { BookedCharge } from '../../db/queries/reconciliation.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import type { ChargeDifference, TheirCharge } from '../../domain/payments/charge-difference.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';

export interface Difference {
  kind: ChargeDifference;
  attemptId: string;
  ours: BookedCharge | null;
  theirs: readonly (TheirCharge & { createdAt?: Date })[];
  lookedUp: boolean;
}

export interface Reconciled {
  coveredTo: Instant;
  /** Captured charges the provider lists. */
  theirs: readonly ProviderCharge[];
  /** What succeeded here in the same time. */
  ours: readonly BookedCharge[];
  differences: readonly Difference[];
  /** Ours that no list shows and the provider confirmed. */
  confirmed: number;
  /** Attempts whose sender still waits for the answer: they differ in nothing yet, and agree in nothing either. */
  inFlight: ReadonlySet<string>;
}

type Currency = ReconciliationBody['currencies'][number];
type Sums = Currency['at_provider'];

export function renderReconciliation(
  range: { provider: ProviderName; from: Instant; to: Instant },
  reconciled: Reconciled,
): ReconciliationBody {
  const { coveredTo } = reconciled;
  return {
    provider: range.provider,
    created_from: toIso(range.from),
    covered_to: toIso(coveredTo),
    next_from: coveredTo < range.to ? toIso(coveredTo) : null,
    currencies: sumsOf(reconciled),
    looked_up: reconciled.confirmed,
    in_flight: reconciled.inFlight.size,
    differences: reconciled.differences.map((difference) => renderDifference(difference, range.from)),
  };
}

function sumsOf({ theirs, ours, differences, inFlight }: Reconciled): Currency[] {
  const byCurrency = new Map<string, Currency>();
  const of = (currency: string): Currency => {
    const known = byCurrency.get(currency) ?? { currency, at_provider: none(), with_us: none(), matched: none() };
    byCurrency.set(currency, known);
    return known;
  };
  const unmatched = new Set([...inFlight, ...differences.map(({ attemptId }) => attemptId)]);
  for (const charge of theirs) {
    const { at_provider, matched } = of(charge.currency);
    add(at_provider, charge);
    if (!unmatched.has(charge.attemptId)) add(matched, charge);
  }
  for (const charge of ours) add(of(charge.currency).with_us, charge);
  return [...byCurrency.values()].sort((one, other) => one.currency.localeCompare(other.currency));
}

const none = (): Sums => ({ count: 0, amount: 0, refunded: 0 });

function add(sums: Sums, { amountMinor, refundedMinor }: { amountMinor: number; refundedMinor: number }): void {
  sums.count += 1;
  sums.amount += amountMinor;
  sums.refunded += refundedMinor;
}

function renderDifference(difference: Difference, from: Instant): ReconciliationBody['differences'][number] {
  const { kind, attemptId, ours, theirs, lookedUp } = difference;
  const at = theirs[0]?.createdAt?.getTime() ?? ours?.firstSentAt ?? from;
  return {
    ...{ kind, attempt_id: attemptId, payment_id: ours?.paymentId ?? null, customer_id: ours?.customerId ?? null },
    at: toIso(at),
    with_us: ours && {
      status: ours.status,
      provider_charge_id: ours.providerChargeId,
      amount: ours.amountMinor,
      currency: ours.currency,
      refunded: ours.refundedMinor,
    },
    at_provider: theirs.map((charge) => ({
      provider_charge_id: charge.providerChargeId,
      amount: charge.amountMinor,
      currency: charge.currency,
      refunded: charge.refundedMinor,
    })),
    looked_up: lookedUp,
  };
}
