import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { ChargeResult, KnownOutcome } from '../collection/apply-charge-result.ts';
import type { BillingContext } from '../context.ts';
import { isAccountProblem } from '../provider-accounts/watch-credentials.ts';
import { knownOutcome } from './action-window.ts';
import { openGates } from './provider-gates.ts';

export interface SentCharge {
  result: ChargeResult;
  /** Why there is no outcome; the activity's retry policy decides on it. */
  error: ProviderError | null;
}

/** How long a caller of the API waits for a provider; its lease is longer. */
export const synchronousDeadlineMs = 8 * SECOND_MS;

const overRate = 'over_rate';
const backoffFirstMs = 15 * SECOND_MS;
const backoffLastMs = 15 * MINUTE_MS;
/** Until a person has seen to the account; who replaces its credentials wakes the attempt. */
const backoffOfAccountMs = HOUR_MS;

/**
 * The one call to the provider, whoever makes it: API, step or payment worker. Its row is committed as `sent` by then; every
 * failure becomes a result, and a call over the provider's rate was certainly not sent.
 */
export async function sendCharge(
  context: BillingContext,
  attempt: AttemptRow,
  deadlineAtMonotonicMs: number,
): Promise<SentCharge> {
  try {
    return { result: await chargeWithinRate(context, attempt, deadlineAtMonotonicMs), error: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) return { result: { kind: 'unknown', message: String(error) }, error: null };
    if (error.kind === 'unknown') return { result: { kind: 'unknown', message: error.message }, error };
    return { result: { kind: 'not_sent', delayMs: delayAfter(error, attempt), message: error.message }, error };
  }
}

function delayAfter(error: ProviderError, attempt: AttemptRow): number {
  // Nothing is wrong with the provider: its next second has room, and not all who wait for it come at once.
  if (error.code === overRate) return Math.round((error.retryAfterMs ?? 0) + Math.random() * SECOND_MS);
  const growingMs = Math.min(backoffLastMs, backoffFirstMs * 2 ** Math.floor(attempt.sendCount / 4));
  const backoffMs = isAccountProblem(error) ? backoffOfAccountMs : growingMs;
  return Math.round(Math.max(error.retryAfterMs ?? 0, backoffMs * (0.75 + Math.random() / 2)));
}

async function chargeWithinRate(
  context: BillingContext,
  attempt: AttemptRow,
  deadlineAtMonotonicMs: number,
): Promise<KnownOutcome> {
  const { provider: name } = attempt;
  const gates = context.gates ?? openGates;
  const provider = context.provider(name);
  const waitMs = await gates.take(name);
  if (waitMs > 0) throw new ProviderError('rate_limited', overRate, { retryAfterMs: waitMs });
  const startedAt = performance.now();
  let failed = true;
  try {
    const outcome = await provider.charge({
      tenantId: attempt.tenantId,
      attemptId: attempt.id,
      idempotencyKey: attempt.id,
      providerMethodId: attempt.providerMethodId,
      amountMinor: attempt.amountMinor,
      currency: attempt.currency,
      description: `Invoice ${attempt.invoiceId}`,
      subscriptionId: attempt.subscriptionId,
      deadlineAtMonotonicMs,
    });
    failed = false;
    return knownOutcome(provider, outcome);
  } catch (error) {
    // What is wrong with one tenant's account says nothing about the provider.
    failed = !(error instanceof ProviderError && isAccountProblem(error));
    throw error;
  } finally {
    gates.observe(name, { elapsedMs: performance.now() - startedAt, failed });
  }
}
