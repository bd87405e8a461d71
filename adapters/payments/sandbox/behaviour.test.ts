import { describe, expect, it } from 'vitest';
import { parseBehaviour } from './behaviour.ts';
import { classifyDecline } from './classify-decline.ts';
import { parseDelivery } from './delivery.ts';
import { parseRefundBehaviour } from './refund-behaviour.ts';

describe('scripts', () => {
  it.each([
    ['ok', { kind: 'ok' }],
    ['decline:stolen_card', { kind: 'decline', code: 'stolen_card' }],
    ['slow:250', { kind: 'slow', delayMs: 250 }],
    ['pending:0', { kind: 'pending', delayMs: 0 }],
    ['rate_limited:3000', { kind: 'rate_limited', delayMs: 3000 }],
    ['timeout_after', { kind: 'timeout_after' }],
    ['in_progress', { kind: 'in_progress' }],
  ])('reads %s', (text, behaviour) => {
    expect(parseBehaviour(text)).toEqual(behaviour);
  });

  it.each([
    '',
    'okay',
    'decline',
    'decline:',
    'decline:<b>',
    'slow',
    'slow:-1',
    'slow:1e3',
    'slow:300001',
    'timeout_after:1',
  ])('refuses %j', (text) => {
    expect(parseBehaviour(text)).toBeNull();
  });
});

describe('scripts of refunds', () => {
  it.each([
    ['ok', { kind: 'ok' }],
    ['reject:insufficient_balance', { kind: 'reject', code: 'insufficient_balance' }],
    ['pending:300', { kind: 'pending', delayMs: 300, failsAs: null }],
    ['pending_reject:300', { kind: 'pending', delayMs: 300, failsAs: 'refund_failed' }],
    ['slow:30000', { kind: 'slow', delayMs: 30_000 }],
    ['error_after', { kind: 'error_after' }],
  ])('reads %s', (text, behaviour) => {
    expect(parseRefundBehaviour(text)).toEqual(behaviour);
  });

  it.each(['', 'reject', 'reject:<b>', 'pending', 'pending:-1', 'decline:stolen_card'])('refuses %j', (text) => {
    expect(parseRefundBehaviour(text)).toBeNull();
  });
});

describe('scripts of deliveries', () => {
  it.each([
    ['normal', { kind: 'normal' }],
    ['repeat:10', { kind: 'repeat', count: 10 }],
    ['delay:500', { kind: 'delay', delayMs: 500 }],
    ['reorder', { kind: 'reorder' }],
    ['old_timestamp', { kind: 'old_timestamp' }],
  ])('reads %s', (text, delivery) => {
    expect(parseDelivery(text)).toEqual(delivery);
  });

  it.each(['', 'repeat', 'repeat:0', 'repeat:101', 'delay', 'delay:', 'early:1', 'ok'])('refuses %j', (text) => {
    expect(parseDelivery(text)).toBeNull();
  });
});

describe('decline kinds (R41)', () => {
  it.each([
    ['stolen_card', 'hard'],
    ['expired_card', 'hard'],
    ['insufficient_funds', 'insufficient_funds'],
    ['authentication_required', 'authentication_required'],
    ['canceled', 'authentication_required'],
    ['generic_decline', 'soft'],
    ['a_code_of_next_year', 'soft'],
  ])('%s is %s', (code, kind) => {
    expect(classifyDecline(code)).toBe(kind);
  });
});
