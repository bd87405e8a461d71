import { setTimeout as delay } from 'node:timers/promises';
import type { KeyClaim } from './fake-keys.ts';
import { ProviderError } from './provider-error.ts';
import type { Behaviour } from './sandbox/behaviour.ts';
import type { RefundBehaviour } from './sandbox/refund-behaviour.ts';

type AnyBehaviour = Behaviour | RefundBehaviour;

export interface FaultyCall<T> {
  behaviour: AnyBehaviour;
  claim: KeyClaim;
  deadlineAtMonotonicMs: number;
  /** Records what was asked for; what it returns is the answer that the key stands for. */
  record: () => T;
}

/** One call as its behaviour wants it: refused before anything is recorded, answered, answered late, or its answer lost. */
export function behaveSo<T>({ behaviour, claim, deadlineAtMonotonicMs, record }: FaultyCall<T>): T | Promise<T> {
  throwUnlessRecorded(behaviour);
  const answer = (): T => {
    const recorded = record();
    claim.keep(() => (behaviour.kind === 'error_after' ? fail('internal_error') : recorded));
    if (behaviour.kind === 'timeout_after') return fail('timeout');
    if (behaviour.kind === 'reset_after') return fail('connection_lost');
    return behaviour.kind === 'error_after' ? fail('internal_error') : recorded;
  };
  if (behaviour.kind !== 'slow') return answer();
  claim.start();
  const late = delay(behaviour.delayMs).then(answer).finally(claim.stop);
  return Promise.race([late, timeOutAt(deadlineAtMonotonicMs)]);
}

/** What leaves no trace at the provider leaves its key free too. */
function throwUnlessRecorded(behaviour: AnyBehaviour): void {
  if (behaviour.kind === 'unreachable') throw new ProviderError('not_sent', 'unavailable');
  if (behaviour.kind === 'in_progress') fail('idempotency_key_in_progress');
  if (behaviour.kind === 'timeout_before') fail('timeout');
  if (behaviour.kind === 'error_before') fail('internal_error');
  if (behaviour.kind !== 'rate_limited') return;
  const retryAfterMs = Math.ceil(behaviour.delayMs / 1000) * 1000;
  throw new ProviderError('rate_limited', 'rate_limited', { retryAfterMs });
}

function fail(code: string): never {
  throw new ProviderError('unknown', code);
}

async function timeOutAt(deadlineAtMonotonicMs: number): Promise<never> {
  await delay(Math.max(0, deadlineAtMonotonicMs - performance.now()), undefined, { ref: false });
  return fail('timeout');
}
