import { expect, it } from 'vitest';
import type { ChangeTeller } from '../../adapters/live/port.ts';
import type { Envelope } from '../../contracts/events/envelope.ts';
import type { TenantId } from '../../domain/ids.ts';
import { changeOfAudit } from './changes-of-audit.ts';
import { changesOfEvent } from './changes-of-event.ts';
import { tellChanges } from './tell-changes.ts';

const payment = { payment_id: 'pay_1', invoice_id: 'inv_1', subscription_id: 'sub_1' };

it.each([
  ['subscriptions.paused', 'sub_1', { subscription: { subscription_id: 'sub_1' } }, ['subscription sub_1']],
  ['subscriptions.created', 'sub_1', { payment }, ['subscription sub_1', 'payment pay_1', 'invoice inv_1']],
  ['subscriptions.renewed', 'sub_1', { invoice_id: null }, ['subscription sub_1']],
  ['invoices.paid', null, { invoice: { invoice_id: 'inv_1' } }, ['invoice inv_1']],
  ['payments.retry.manual', 'sub_1', { payment_id: 'pay_1' }, ['subscription sub_1', 'payment pay_1']],
  ['payments.refunded', null, { payment, refund_id: 're_1' }, ['payment pay_1', 'invoice inv_1', 'refund re_1']],
  ['payments.disputed', null, { payment, dispute_id: 'dp_1' }, ['payment pay_1', 'invoice inv_1', 'dispute dp_1']],
  ['notifications.requested', 'sub_1', { kind: 'reminder', details: { payment_id: 'pay_1' } }, []],
  ['subscriptions.paused', 'sub_1', null, ['subscription sub_1']],
])('%s is about whatever it names', (type, id, data, expected) => {
  const envelope = { type, subscription_id: id, data } as Envelope;
  expect(changesOfEvent(envelope).map(({ kind, id: of }) => `${kind} ${of}`)).toEqual(expected);
});

it.each([
  ['customer.changed', [{ kind: 'customer', id: 'x_1' }]],
  ['refund_request.opened', [{ kind: 'refund_request', id: 'x_1' }]],
  ['subscription.parked', [{ kind: 'subscription', id: 'x_1' }]],
  ['invoice.voided', [{ kind: 'invoice', id: 'x_1' }]],
  ['payment.look_up_requested', [{ kind: 'payment', id: 'x_1' }]],
  ['subscription.created', []],
  ['login.failed', []],
  ['constructor.called', []],
])('the audit of %s tells of what no event tells', (action, expected) => {
  expect(changeOfAudit({ action, resourceId: 'x_1', details: {} })).toEqual(expected);
});

it('the audit of a settled retry tells of the payment, not of the task', () => {
  const retry = { action: 'payment.retry_settled', resourceId: 'retry_1', details: { payment_id: 'pay_1' } };
  expect(changeOfAudit(retry)).toEqual([{ kind: 'payment', id: 'pay_1' }]);
});

it('the audit of a refund request tells of its payment too', () => {
  const decided = { action: 'refund_request.declined', resourceId: 'rr_1', details: { payment_id: 'pay_1' } };
  expect(changeOfAudit(decided)).toEqual([
    { kind: 'refund_request', id: 'rr_1' },
    { kind: 'payment', id: 'pay_1' },
  ]);
});

it('tells each change once, and of a tenant without any nothing', async () => {
  const told: unknown[] = [];
  const teller: ChangeTeller = { tell: async (changes) => void told.push(...changes), close: async () => undefined };
  const change = { kind: 'plan', id: 'plan_1' } as const;
  const [one, other] = ['ten_1', 'ten_2'] as TenantId[];
  await tellChanges(teller, [
    { tenantId: one as TenantId, changes: [change, change] },
    { tenantId: other as TenantId, changes: [] },
    { tenantId: one as TenantId, changes: [change] },
  ]);
  expect(told).toEqual([['ten_1', [change]]]);
});
