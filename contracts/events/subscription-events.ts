import { z } from 'zod';
import { amount, id, instant, invoiceSnapshot, paymentSnapshot, subscriptionSnapshot } from './snapshots.ts';

const subscription = subscriptionSnapshot;

/** Spec §7, key = subscription_id. */
export const subscriptionEvents = {
  'subscriptions.created': z.strictObject({ subscription, payment: paymentSnapshot.nullable() }),
  'subscriptions.updated': z.strictObject({
    subscription,
    changes: z.array(z.string().min(1)),
    reason: z.string().optional(),
  }),
  'subscriptions.cancelled': z.strictObject({ subscription, reason: z.string().nullable() }),
  'subscriptions.paused': z.strictObject({ subscription }),
  'subscriptions.resumed': z.strictObject({ subscription }),
  'subscriptions.renewed': z.strictObject({
    subscription,
    invoice_id: id.nullable(),
    period_start: instant,
    period_end: instant,
    amount,
  }),
  'subscriptions.expired': z.strictObject({ subscription }),
  /** A duty came due; `kind` is the duty's. */
  'subscriptions.renew_required': z.strictObject({ due_at: instant, kind: z.string().min(1) }),
  /** Its customer's default method is another one: what is unpaid is to be collected with that, as `requested_by` asked. */
  'subscriptions.collect_required': z.strictObject({ payment_method_id: id, requested_by: id }),
  'invoices.created': z.strictObject({ invoice: invoiceSnapshot }),
  'invoices.finalized': z.strictObject({ invoice: invoiceSnapshot }),
  'invoices.paid': z.strictObject({ invoice: invoiceSnapshot }),
} as const;
