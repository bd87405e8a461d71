import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../instant.ts';

/**
 * Until a refund is decided its provider is asked again: soon, then over some hours, so that a provider's outage ends inside the
 * day for which most keys are good, then daily for as long as banks take. After that a person looks.
 */
const delaysMs = [
  ...[5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, 12 * HOUR_MS],
  ...[DAY_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS],
];

/** Calls about one refund, its first send among them. */
export const refundCallsMax = delaysMs.length + 1;

/** The wait before the next call, in milliseconds; null where `calls` were all. */
export function delayAfterRefundCalls(calls: number): number | null {
  return delaysMs[Math.max(calls, 1) - 1] ?? null;
}
