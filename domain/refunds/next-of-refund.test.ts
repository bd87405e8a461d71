import { expect, it } from 'vitest';
import { NEVER } from '../instant.ts';
import { nextOfRefund, type RefundStatus } from './next-of-refund.ts';

it.each<[RefundStatus, boolean, string, number]>([
  ['requested', false, 'send_refund', 100],
  ['requested', true, 'none', NEVER],
  ['sent', false, 'send_refund', 200],
  ['sent', true, 'none', NEVER],
  ['unknown', false, 'send_refund', 300],
  ['unknown', true, 'none', NEVER],
  ['pending', false, 'send_refund', 300],
  ['needs_review', false, 'none', NEVER],
  ['succeeded', false, 'none', NEVER],
  ['rejected', false, 'none', NEVER],
])('of a refund that is %s (parked: %s) comes %s', (status, isParked, kind, at) => {
  expect(nextOfRefund({ status, createdAt: 100, leaseUntil: 200, resolveAt: 300 }, isParked)).toEqual({ kind, at });
});
