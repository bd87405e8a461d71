import type { RetryTaskStatus } from '../../db/queries/retry-tasks.ts';
import { registerCounter, registerHistogram } from '../../runtime/metrics.ts';

/** Spec §8 names these. */
export const manualRetryRequests = registerCounter({
  name: 'manual_retry_requests_total',
  help: 'Retries that administrators asked for and that became a task',
});
const successes = registerCounter({ name: 'manual_retry_success_total', help: 'Those that were paid' });
const failures = registerCounter({ name: 'manual_retry_failure_total', help: 'Those that were not' });
const latency = registerHistogram({
  name: 'retry_latency_seconds',
  help: 'From an administrator’s request to the result of its attempt',
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
});

export function observeRetry(status: RetryTaskStatus, elapsedMs: number): void {
  (status === 'succeeded' ? successes : failures).inc();
  latency.observe(Math.max(0, elapsedMs) / 1_000);
}
