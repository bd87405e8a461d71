import { z } from 'zod';
import { idText, instantOut } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const status = z.enum(['open', 'won', 'lost']);

const dispute = z
  .object({
    dispute_id: z.string(),
    payment_id: z.string(),
    attempt_id: z.string(),
    customer_id: z.string(),
    subscription_id: z.string().nullable(),
    subscription_status: z.string().nullable(),
    provider: z.string(),
    provider_dispute_id: z.string(),
    status,
    amount: z.int(),
    reserved: z.int().meta({ description: 'Of the payment, by all its disputes that are open or lost.' }),
    currency: z.string(),
    reason: z.string(),
    opened_at: instantOut,
    evidence_due_at: instantOut.nullable(),
    settled_at: instantOut.nullable(),
  })
  .meta({ id: 'Dispute', description: 'A charge that the customer disputes at the provider.' });

export type DisputeBody = z.input<typeof dispute>;

export const listDisputesRoute = defineRoute({
  method: 'get',
  path: '/admin/disputes',
  permission: 'disputes:read',
  tag: 'Administration',
  summary: 'List disputes',
  query: listQuery({ status: status.optional(), payment_id: idText.optional() }),
  answers: { 200: { description: 'A page of disputes, newest first.', schema: pageOf(dispute) } },
});

export const readDisputeRoute = defineRoute({
  method: 'get',
  path: '/admin/disputes/{dispute_id}',
  permission: 'disputes:read',
  tag: 'Administration',
  summary: 'Read a dispute',
  answers: { 200: { description: 'The dispute.', schema: dispute } },
});
