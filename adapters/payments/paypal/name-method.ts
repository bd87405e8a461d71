import type { PaymentSource } from '@paypal/paypal-server-sdk';
import {
  PaymentInitiator,
  StoredPaymentSourcePaymentType,
  StoredPaymentSourceUsageType,
  UsagePattern,
} from '@paypal/paypal-server-sdk';
import { ProviderError } from '../provider-error.ts';

export type MethodKind = 'paypal' | 'card';

/** An order must name the kind of a vaulted token beside its id, so that our id of a method carries both. */
export function nameMethod(kind: MethodKind, tokenId: string): string {
  return `${kind}:${tokenId}`;
}

/** The source of a payment nobody is present for: agreed to earlier, repeated by the merchant. */
export function sourceOf(providerMethodId: string): PaymentSource {
  const [kind, vaultId] = providerMethodId.split(':', 2);
  const [paymentInitiator, usage] = [PaymentInitiator.Merchant, StoredPaymentSourceUsageType.Subsequent];
  if (vaultId && kind === 'paypal') {
    const usagePattern = UsagePattern.SubscriptionPrepaid;
    return { paypal: { vaultId, storedCredential: { paymentInitiator, usage, usagePattern } } };
  }
  if (vaultId && kind === 'card') {
    const paymentType = StoredPaymentSourcePaymentType.Recurring;
    return { card: { vaultId, storedCredential: { paymentInitiator, usage, paymentType } } };
  }
  throw new ProviderError('rejected', 'unknown_method', { message: 'no method of PayPal has this id' });
}
