import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { ChargeResult } from '../collection/apply-charge-result.ts';
import { isAccountProblem } from '../provider-accounts/watch-credentials.ts';

export interface SentCharge {
  result: ChargeResult;
  /** Why there is no outcome; the activity's retry policy decides on it. */
  error: ProviderError | null;
}

/** How long a caller of the API waits for a provider; its lease is longer. */
export const synchronousDeadlineMs = 8 * SECOND_MS;

const backoffFirstMs = 15 * SECOND_MS;
const backoffLastMs = 15 * MINUTE_MS;
/** Until a person has seen to the account; who replaces its credentials wakes the attempt. */
const backoffOfAccountMs = HOUR_MS;

/** The one call to the provider. Its row is committed as `sent` by then; every failure becomes a result. */
export async function sendCharge(
  provider: PaymentProvider,
  attempt: AttemptRow,
  deadlineAtMonotonicMs: number,
): Promise<SentCharge> {
  try {
    const result = await provider.charge({
      tenantId: attempt.tenantId,
      attemptId: attempt.id,
      idempotencyKey: attempt.id,
      providerMethodId: attempt.providerMethodId,
      amountMinor: attempt.amountMinor,
      currency: attempt.currency,
      description: `Invoice ${attempt.invoiceId}`,
      deadlineAtMonotonicMs,
    });
    return { result, error: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) return { result: { kind: 'unknown', message: String(error) }, error: null };
    if (error.kind === 'unknown') return { result: { kind: 'unknown', message: error.message }, error };
    const growingMs = Math.min(backoffLastMs, backoffFirstMs * 2 ** Math.floor(attempt.sendCount / 4));
    const backoffMs = isAccountProblem(error) ? backoffOfAccountMs : growingMs;
    const delayMs = Math.round(Math.max(error.retryAfterMs ?? 0, backoffMs * (0.75 + Math.random() / 2)));
    return { result: { kind: 'not_sent', delayMs, message: error.message }, error };
  }
}
