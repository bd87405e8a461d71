import { z } from 'zod';
import { adminAttempt } from './admin-attempts.ts';
import { instantOut } from './fields.ts';
import { invoice } from './invoices.ts';
import { listQuery, pageOf } from './lists.ts';
import { paymentStatus } from './payments.ts';
import { defineRoute } from './route.ts';
import { timelineEntry } from './subscription-reads.ts';
import { webhookInList } from './webhooks.ts';

const tag = 'Administration';

const attemptInRun = adminAttempt.extend({
  due_at: instantOut.meta({ description: 'The business instant it was due at.' }),
  webhooks: z
    .array(webhookInList)
    .nullable()
    .meta({ description: 'What the provider told about it, as delivered; null without the permission webhooks:read.' }),
});

const paymentInRun = z.object({
  payment_id: z.string(),
  status: paymentStatus,
  amount: z.int(),
  currency: z.string(),
  attempts_count: z.int(),
  max_retries: z.int(),
  next_attempt_at: instantOut.nullable(),
  attempts: z.array(attemptInRun),
});

const invoiceInRun = invoice
  .pick({ invoice_id: true, number: true, kind: true, status: true, total: true, currency: true })
  .extend(invoice.pick({ created_at: true, finalized_at: true, paid_at: true, voided_at: true }).shape)
  .extend({ payments: z.array(paymentInRun) });

const eventInRun = z.object({
  event_id: z.string(),
  sequence: z.int().nullable().meta({ description: 'Null of what is no change of state.' }),
  type: z.string(),
  occurred_at: instantOut,
  published_at: instantOut.nullable(),
  invoice_id: z.string().nullable(),
  payment_id: z.string().nullable(),
  attempt_number: z.int().nullable(),
});

const billingRun = z
  .object({
    billing_run_id: z.string(),
    kind: z.enum(['trial', 'first', 'renewal']),
    ordinal: z.int(),
    status: z.enum(['open', 'settled', 'skipped', 'void']),
    boundary_at: instantOut,
    period_start: instantOut,
    period_end: instantOut,
    opened_at: instantOut,
    settled_at: instantOut.nullable(),
    invoices: z.array(invoiceInRun),
    entries: z.array(timelineEntry),
    events: z.array(eventInRun),
  })
  .meta({
    id: 'BillingRun',
    description:
      'A boundary and all that came of it. What names an invoice stands with that invoice’s run, everything else with the run in whose time it happened; what came before the first stands with the first.',
  });

export type BillingRunBody = z.input<typeof billingRun>;

export const listBillingRunsRoute = defineRoute({
  method: 'get',
  path: '/admin/subscriptions/{subscription_id}/billing-runs',
  permission: 'failed_payments:read',
  tag,
  summary: 'The story of a subscription, billing run by billing run',
  query: listQuery({}),
  answers: { 200: { description: 'A page of billing runs, newest first.', schema: pageOf(billingRun) } },
});

const workflow = z
  .object({
    workflow_id: z.string(),
    namespace: z.string(),
    url: z.string().nullable().meta({ description: 'In the Temporal UI; null where none is configured.' }),
    next: z.object({ kind: z.string(), at: instantOut.nullable() }).meta({
      description: 'The earliest duty; `at` is null where only a command, an advance or a notification brings it.',
    }),
    wake_at: instantOut.nullable(),
    sleeping_until: instantOut.nullable().meta({ description: 'What the workflow has promised.' }),
    last_result: z.string(),
    failed_tries: z.int(),
    parked: z
      .object({ at: instantOut, step: z.string(), input: z.unknown(), error: z.string() })
      .nullable()
      .meta({ description: 'Set aside for a person: which step failed, with what, and how.' }),
  })
  .meta({ id: 'Workflow', description: 'What carries a subscription out, as an operator sees it.' });

export type WorkflowBody = z.input<typeof workflow>;

export const readWorkflowRoute = defineRoute({
  method: 'get',
  path: '/admin/subscriptions/{subscription_id}/workflow',
  permission: 'operations:repair',
  tag,
  summary: 'What a subscription’s workflow is called, does next, and stands still at',
  answers: { 200: { description: 'The workflow.', schema: workflow } },
});
