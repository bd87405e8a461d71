import type { z } from 'zod';
import type { ChangeInput } from '../../billing/subscriptions/plan-subscription-change.ts';
import type { changeBody } from '../../contracts/rest/subscriptions.ts';
import { optionalId } from '../route.ts';
import { withoutAbsent } from './without-absent.ts';

/** The body of a PUT, and of its preview, as the verbs take it. */
export function changeInputOf(body: z.output<typeof changeBody>): ChangeInput {
  const changes = withoutAbsent({
    planId: optionalId('plan', body.plan_id),
    nextBillingDate: body.next_billing_date,
    quantity: body.quantity,
    paymentMethodId: optionalId('paymentMethod', body.payment_method_id),
    metadata: body.metadata,
  });
  return { ...changes, effective: body.effective, proration: body.proration };
}
