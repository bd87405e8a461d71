import { findMethodOfCustomer } from '../../db/queries/charge-methods.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentMethodId } from '../../domain/ids.ts';
import { type SubscriptionWork, writeTimeline } from '../subscription-work/subscription-work.ts';
import { collectWithMethod } from './collect-with-method.ts';

/** The subscription's own method from now on; what is unpaid is tried with it at once. */
export async function useMethod(work: SubscriptionWork, methodId: PaymentMethodId): Promise<void> {
  const method = await findMethodOfCustomer(work.tx, work.sub.customerId, methodId);
  if (!method)
    throw new DomainError('not_found', 'The customer has no such payment method.', { field: 'payment_method_id' });
  work.sub.paymentMethodId = methodId;
  writeTimeline(work, 'payment_method_changed', { payment_method_id: methodId });
  collectWithMethod(work);
}
