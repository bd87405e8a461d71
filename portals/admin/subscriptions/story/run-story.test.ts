import { describe, expect, it } from 'vitest';
import type { BillingRun } from '../../../shared/rest/types.ts';
import { type RunAttempt, type RunInvoice, type StoryStep, tellRun } from './run-story.ts';

const day = (number: number) => `2026-05-${String(number).padStart(2, '0')}T00:00:00.000Z`;

const attempt = (number: number, at: string, more: Partial<RunAttempt> = {}): RunAttempt => ({
  ...{ attempt_id: `att_${number}`, number, status: 'declined', trigger: number === 1 ? 'renewal' : 'retry' },
  ...{ provider: 'sandbox', payment_method_id: 'pm_1', amount: 1999, currency: 'USD', created_at: at, due_at: at },
  ...{
    decline_kind: 'insufficient_funds',
    code: '51',
    message: null,
    settled_at: at,
    sent_at: at,
    send_count: 1,
    look_up_count: 0,
  },
  ...{ provider_charge_id: null, next_look_up_at: null, webhooks: [] },
  ...more,
});

const invoice = (attempts: RunAttempt[], more: Partial<RunInvoice> = {}): RunInvoice => ({
  ...{ invoice_id: 'inv_1', number: 2, kind: 'period', status: 'open', total: 1999, currency: 'USD' },
  ...{ created_at: day(1), finalized_at: day(1), paid_at: null, voided_at: null },
  payments: [
    {
      ...{ payment_id: 'pay_1', status: 'failed', amount: 1999, currency: 'USD', attempts_count: attempts.length },
      ...{ max_retries: 5, next_attempt_at: null, attempts },
    },
  ],
  ...more,
});

const entry = (at: string, action: string, details: object = {}) => ({
  ...{ at, action, plan_id: 'plan_1', plan_name: 'Pro', details: { ...details, actor: 'workflow' } },
});
const event = (sequence: number, type: string, occurred_at: string, more: object = {}) => ({
  ...{ event_id: `evt_${sequence}`, sequence, type, occurred_at, published_at: null },
  ...{ invoice_id: null, payment_id: null, attempt_number: null, ...more },
});
const run = (more: Partial<BillingRun>): BillingRun => ({
  ...{ billing_run_id: 'run_1', kind: 'renewal', ordinal: 1, status: 'open', boundary_at: day(1), opened_at: day(1) },
  ...{ period_start: day(1), period_end: '2026-06-01T00:00:00.000Z', settled_at: null },
  ...{ invoices: [], entries: [], events: [], ...more },
});

const outline = (steps: readonly StoryStep[]) =>
  steps.map((step) => [
    step.kind === 'entry' ? step.entry.action : step.kind === 'attempt' ? `attempt ${step.attempt.number}` : step.kind,
    step.at.slice(8, 10),
    step.events.map(({ sequence }) => sequence).join(' '),
  ]);

describe('a billing run', () => {
  it('is told from its boundary to the payment: each attempt with what failed, who asked, and the numbers of the events', () => {
    const paid = { status: 'paid', paid_at: day(4) } as const;
    const attempts = [attempt(1, day(1)), attempt(2, day(2)), attempt(3, day(4), { status: 'succeeded' })];
    const of = { payment_id: 'pay_1', invoice_id: 'inv_1' };
    const { steps, others } = tellRun(
      run({
        invoices: [invoice(attempts, paid)],
        entries: [
          entry(day(1), 'past_due', { invoice_id: 'inv_1' }),
          entry(day(1), 'payment_failed', { payment_id: 'pay_1', attempt: 1, code: '51' }),
          entry(day(2), 'payment_failed', { payment_id: 'pay_1', attempt: 2, code: '51' }),
          entry(day(4), 'retry_requested', { payment_id: 'pay_1' }),
          entry(day(4), 'renewed', { invoice_id: 'inv_1' }),
          entry(day(4), 'recovered', { invoice_id: 'inv_1' }),
          entry(day(9), 'paused'),
        ],
        events: [
          event(5, 'invoices.created', day(1), { invoice_id: 'inv_1' }),
          event(6, 'invoices.finalized', day(1), { invoice_id: 'inv_1' }),
          event(7, 'subscriptions.updated', day(1)),
          event(8, 'payments.failed', day(1), { ...of, attempt_number: 1 }),
          event(9, 'payments.retry.requested', day(1), of),
          event(10, 'payments.failed', day(2), { ...of, attempt_number: 2 }),
          event(11, 'payments.retry.requested', day(2), of),
          event(12, 'payments.retry.manual', day(4), of),
          event(13, 'payments.completed', day(4), { ...of, attempt_number: 3 }),
          event(14, 'invoices.paid', day(4), { invoice_id: 'inv_1' }),
          event(15, 'subscriptions.renewed', day(4), { invoice_id: 'inv_1' }),
          event(16, 'subscriptions.paused', day(9)),
          event(17, 'subscriptions.updated', day(10)),
        ],
      }),
    );
    expect(outline(steps)).toEqual([
      ['boundary', '01', ''],
      ['invoice', '01', '5 6'],
      ['attempt 1', '01', '8 9'],
      ['past_due', '01', '7'],
      ['attempt 2', '02', '10 11'],
      ['retry_requested', '04', '12'],
      ['attempt 3', '04', '13'],
      ['recovered', '04', ''],
      ['paid', '04', '14 15'],
      ['paused', '09', '16'],
    ]);
    expect(others.map(({ sequence }) => sequence)).toEqual([17]);
    const failed = steps.find((step) => step.kind === 'attempt');
    expect(failed?.kind === 'attempt' && failed.entry?.details['code']).toBe('51');
  });

  it('that is not paid yet ends with the attempt that is planned', () => {
    const waiting = invoice([attempt(1, day(1))]);
    const [payment] = waiting.payments;
    const planned = { ...waiting, payments: payment ? [{ ...payment, next_attempt_at: day(2) }] : [] };
    expect(outline(tellRun(run({ invoices: [planned] })).steps).at(-1)).toEqual(['retry', '02', '']);
  });

  it('of a change tells the cause before the invoice it was charged by', () => {
    const { steps } = tellRun(run({ entries: [entry(day(1), 'plan_changed')], invoices: [invoice([])] }));
    expect(outline(steps).map(([name]) => name)).toEqual(['boundary', 'plan_changed', 'invoice']);
  });
});
