import { findChargeableMethod, findMethodOfCustomer } from '../../db/queries/charge-methods.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentMethodId } from '../../domain/ids.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';

/** Refuses what could only wait for a payment method. */
export async function requireMethod(work: SubscriptionWork, asked: PaymentMethodId | null): Promise<void> {
  const { tx, sub } = work;
  if (asked !== null) {
    if (await findMethodOfCustomer(tx, sub.customerId, asked)) return;
    throw new DomainError('not_found', 'The customer has no such payment method.', { field: 'payment_method_id' });
  }
  if (await findChargeableMethod(tx, sub)) return;
  throw new DomainError('payment_method_required', 'The customer has no payment method to charge.');
}
