import { describe, expect, it } from 'vitest';
import { parseBehaviour } from './behaviour.ts';
import { classifyDecline } from './classify-decline.ts';

describe('scripts', () => {
  it.each([
    ['ok', { kind: 'ok' }],
    ['decline:stolen_card', { kind: 'decline', code: 'stolen_card' }],
    ['slow:250', { kind: 'slow', delayMs: 250 }],
    ['pending:0', { kind: 'pending', delayMs: 0 }],
    ['rate_limited:3000', { kind: 'rate_limited', delayMs: 3000 }],
    ['timeout_after', { kind: 'timeout_after' }],
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
