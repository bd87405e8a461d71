import type Stripe from 'stripe';
import type { AttachedMethod } from '../port.ts';

/** Stripe charges a saved method together with its customer only, so both make up our id of a method: `cus_…/pm_…`. */
export function splitMethodId(providerMethodId: string): { customer: string | null; paymentMethod: string } {
  const [first = '', second] = providerMethodId.split('/', 2);
  return second === undefined ? { customer: null, paymentMethod: first } : { customer: first, paymentMethod: second };
}

export function toAttachedMethod(method: Stripe.PaymentMethod, customer: string): AttachedMethod {
  const providerMethodId = `${customer}/${method.id}`;
  const { card, type } = method;
  if (card === undefined) return { providerMethodId, brand: type, last4: null, expMonth: null, expYear: null };
  return {
    providerMethodId,
    brand: card.brand,
    last4: card.last4,
    expMonth: card.exp_month,
    expYear: card.exp_year,
  };
}
