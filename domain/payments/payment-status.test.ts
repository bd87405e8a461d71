import { describe, expect, it } from 'vitest';
import {
  type AttemptStatus,
  assertAttemptTransition,
  isAttemptTransition,
  openAttemptStatuses,
} from './payment-status.ts';

const all: readonly AttemptStatus[] = [
  'created',
  'sent',
  'succeeded',
  'declined',
  'requires_action',
  'unknown',
  'not_sent',
  'abandoned',
  'needs_review',
];

describe('attempts (design §5)', () => {
  it.each(all.filter((status) => status !== 'succeeded'))('a success outranks %s, however late', (from) => {
    expect(isAttemptTransition(from, 'succeeded')).toBe(true);
  });

  it.each(all)('nothing follows a success, not %s', (to) => {
    expect(() => assertAttemptTransition('succeeded', to)).toThrow(`an attempt does not go from succeeded to ${to}`);
  });

  it.each([
    ['unknown', 'not_sent'],
    ['sent', 'abandoned'],
    ['declined', 'sent'],
    ['abandoned', 'sent'],
    ['declined', 'unknown'],
  ] as const)('%s never becomes %s: money may have moved, or the try is over', (from, to) => {
    expect(() => assertAttemptTransition(from, to)).toThrow('invariant broken');
  });

  it.each([
    ['a lease ends', 'sent', 'unknown'],
    ['the same key is sent again', 'unknown', 'sent'],
    ['a look-up finds nothing yet', 'unknown', 'unknown'],
    ['certainly not sent', 'sent', 'not_sent'],
    ['and sent again', 'not_sent', 'sent'],
    ['the open object is canceled', 'requires_action', 'abandoned'],
    ['nobody is to pay, and the provider has no such charge', 'unknown', 'abandoned'],
    ['a person has to decide', 'unknown', 'needs_review'],
  ] as const)('%s: %s to %s', (_name, from, to) => {
    expect(() => assertAttemptTransition(from, to)).not.toThrow();
  });

  it('every status whose money may have moved, or may yet, bars another attempt', () => {
    const harmless = all.filter((status) => !openAttemptStatuses.includes(status));
    expect(harmless).toEqual(['declined', 'not_sent', 'abandoned']);
  });
});
