import type { MethodSetupBody } from '../../contracts/rest/payment-methods.ts';
import type { MethodSetupRow } from '../../db/queries/method-setups.ts';
import { type Instant, toIso } from '../../domain/instant.ts';

/** One past its end reads `expired` also while the provider cannot be asked whether it was completed in time. */
export function renderMethodSetup(row: MethodSetupRow, now: Instant): MethodSetupBody {
  const status = row.status === 'open' && row.expiresAt <= now ? 'expired' : row.status;
  return {
    setup_id: row.id,
    customer_id: row.customerId,
    provider: row.provider,
    status,
    url: status === 'open' ? row.url : null,
    payment_method_id: row.paymentMethodId,
    message: row.message,
    expires_at: toIso(row.expiresAt),
    created_at: toIso(row.createdAt),
  };
}
