import { expect, it } from 'vitest';
import { type Change, isChangedBy, isTold } from './changed-queries.ts';

const subscription: Change = { kind: 'subscription', id: 'sub_1' };

it.each<[string, unknown[], Change, boolean]>([
  ['the one that changed', ['subscription', 'sub_1'], subscription, true],
  ['another', ['subscription', 'sub_2'], subscription, false],
  ['its timeline', ['timeline', 'sub_1', 'now'], subscription, true],
  ['every list of them', ['subscriptions', { status: 'active' }, 'first'], subscription, true],
  ['a list of others', ['invoices', undefined, 'first'], subscription, false],
  ['any of a kind of which several changed', ['subscription', 'sub_2'], { kind: 'subscription', id: null }, true],
  ['the payment of a refund', ['admin-payment', 'pay_1'], { kind: 'refund', id: 're_1' }, true],
  ['what a customer asked back of a payment', ['asked-refunds', 'cus_1'], { kind: 'payment', id: 'pay_1' }, true],
  ['what nobody thought of', ['needs', 'failed'], subscription, true],
  ['who is signed in', ['session'], subscription, false],
  ['nothing known, by a kind no page shows', ['plans', 'active'], { kind: 'api_key', id: 'key_1' }, false],
])('%s', (_, key, change, expected) => {
  expect(isChangedBy(key, change)).toBe(expected);
});

it('knows what nobody tells of', () => {
  expect([['subscriptions'], ['needs', 'failed'], ['invoice', 'inv_1'], ['payments']].map(isTold)).not.toContain(false);
  const untold = [
    ['clock'],
    ['webhook', 'wh_1'],
    ['webhooks'],
    ['undecided-attempts'],
    ['refunds'],
    ['asked-refunds'],
    ['session'],
  ];
  expect([...untold, ['admin-payment', 'pay_1'], ['method-setup', 'x']].map(isTold)).not.toContain(true);
});
