import { expect, it } from 'vitest';
import { accountNotices } from './account-notices.ts';
import { envelopeSchema } from './envelope.ts';
import { eventRegistry, isTopic, topics } from './index.ts';

it('knows the topics integrators are promised, each with its dead letters', () => {
  expect(topics.map(({ name }) => name).toSorted()).toEqual([
    ...['invoices.created', 'invoices.finalized', 'invoices.paid', 'notifications.requested', 'payments.completed'],
    ...['payments.disputed', 'payments.failed', 'payments.failed_permanent', 'payments.refunded', 'payments.requested'],
    ...['payments.retry.manual', 'payments.retry.requested', 'subscriptions.cancelled'],
    ...[
      'subscriptions.collect_required',
      'subscriptions.created',
      'subscriptions.expired',
      'subscriptions.paused',
      'subscriptions.renew_required',
      'subscriptions.renewed',
    ],
    ...['subscriptions.resumed', 'subscriptions.updated', 'webhooks.received'],
  ]);
  for (const { name, deadLetterName } of topics) expect(deadLetterName).toBe(`${name}.dlt`);
});

it('calls nothing a topic that was not registered', () => {
  expect(isTopic('subscriptions.paused')).toBe(true);
  expect(isTopic('subscriptions.paused.dlt')).toBe(false);
  expect(isTopic('constructor')).toBe(false);
});

it.each([
  ['an amount that is not whole', { payment_id: 'pay_1', status: 'completed', amount: 19.99 }],
  ['an unknown status', { payment_id: 'pay_1', status: 'paid', amount: 1999 }],
  ['an unknown field', { payment_id: 'pay_1', status: 'completed', amount: 1999, card: '4242' }],
])('refuses a payment with %s', (_, payment) => {
  const complete = { subscription_id: null, invoice_id: 'inv_1', currency: 'USD', attempts_count: 1, last_error: null };
  const refused = { payment: { ...complete, ...payment }, attempt_number: 1 };
  expect(eventRegistry['payments.completed'].safeParse(refused).success).toBe(false);
  const accepted = {
    payment: { ...complete, payment_id: 'pay_1', status: 'completed', amount: 1999 },
    attempt_number: 1,
  };
  expect(eventRegistry['payments.completed'].safeParse(accepted).success).toBe(true);
});

it('takes only instants in UTC into an envelope', () => {
  const envelope = {
    ...{
      id: 'evt_1',
      type: 'subscriptions.paused',
      version: 1,
      tenant_id: 'ten_1',
      subscription_id: 'sub_1',
      sequence: 1,
    },
    ...{ origin: 'api', data: {} },
  };
  expect(envelopeSchema.safeParse({ ...envelope, occurred_at: '2026-03-31T00:00:00.000Z' }).success).toBe(true);
  expect(envelopeSchema.safeParse({ ...envelope, occurred_at: '2026-03-31T02:00:00+02:00' }).success).toBe(false);
});

it('names every link of a notice about an account `url`: by that name it is left out of exports and of rows that were told', () => {
  const fields = Object.values(accountNotices).flatMap(({ shape }) => Object.entries(shape));
  const links = fields.filter(([, field]) => 'format' in field.def && field.def.format === 'url');
  expect(new Set(links.map(([name]) => name))).toEqual(new Set(['url']));
});
