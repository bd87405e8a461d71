import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';

export interface KeyWindows {
  chargeMs: number;
  refundMs: number;
}

/** For how long a repeated key is answered instead of carried out again. An account that cannot be opened now gets the least there is. */
export async function keyWindowsOf(provider: PaymentProvider, tenantId: string): Promise<KeyWindows> {
  const { idempotencyWindowMs: chargeMs, refundKeyWindowMs: refundMs } = provider.capabilities;
  const least = { chargeMs, refundMs };
  if (provider.keyWindows === undefined) return least;
  try {
    return await provider.keyWindows(tenantId);
  } catch (error) {
    if (error instanceof ProviderError) return least;
    throw error;
  }
}
