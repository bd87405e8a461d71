import { expect, it } from 'vitest';
import { endsIntention, isOvertaken } from './intention.ts';
import { Problem } from './problem.ts';

const problem = (status: number, code: string) => new Problem({ status, code, detail: '' });

it.each<[number, string, boolean, boolean]>([
  [400, 'validation_failed', true, false],
  [402, 'payment_declined', true, false],
  [403, 'forbidden', true, false],
  [409, 'invalid_state', true, true],
  [422, 'idempotency_key_reused', true, true],
  [401, 'unauthorized', false, false],
  [408, 'request_timeout', false, false],
  [429, 'rate_limited', false, false],
  [429, 'overloaded', false, false],
  [409, 'idempotency_key_in_use', false, true],
  [500, 'internal_error', false, false],
  [503, 'service_unavailable', false, false],
  [0, 'unreachable', false, false],
])('%i %s: over %s, overtaken %s', (status, code, isOver, isBehind) => {
  expect([endsIntention(problem(status, code)), isOvertaken(problem(status, code))]).toEqual([isOver, isBehind]);
});

it('keeps the key where no answer came', () => {
  expect(endsIntention(new TypeError('Failed to fetch'))).toBe(false);
  expect(endsIntention(new DOMException('too long', 'TimeoutError'))).toBe(false);
});
