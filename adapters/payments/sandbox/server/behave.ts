import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '../../../../domain/invariant.ts';
import type { Behaviour } from '../behaviour.ts';
import type { RefundBehaviour } from '../refund-behaviour.ts';
import type { KeyClaim } from './idempotency-keys.ts';
import type { Sandbox } from './sandbox.ts';
import { type Reply, refuse } from './wire.ts';

export type Answer = ReturnType<typeof refuse>;

/** A charge or a refund on its way through a behaviour, in whichever dialect it came. */
export interface BehavingCall {
  claim: KeyClaim;
  behaviour: Behaviour | RefundBehaviour;
  /** Commits it with its key's answer; `answerInstead` is what the caller is told and the key replays. */
  record: (answerInstead?: Answer) => Reply | Promise<Reply>;
  refusals: { unavailable: Answer; inProgress: Answer; rateLimited: Answer; failed: Answer };
}

/** What the sandbox's own dialect says of a call that fails on purpose. */
export const refusals = {
  unavailable: refuse(503, 'unavailable', 'Not processed, send it again', { processed: false }),
  inProgress: refuse(409, 'idempotency_key_in_progress', 'The first request with this key is still running'),
  rateLimited: refuse(429, 'rate_limited', 'Too many requests'),
  failed: refuse(500, 'internal_error', 'Something went wrong'),
};

function askLater(answered: Answer, delayMs: number): Reply {
  return { ...answered, headers: { 'retry-after': String(Math.ceil(delayMs / 1000)) } };
}

export async function behave(sandbox: Sandbox, call: BehavingCall): Promise<Reply> {
  const { behaviour, record } = call;
  switch (behaviour.kind) {
    case 'unreachable':
      return call.refusals.unavailable;
    case 'in_progress':
      return call.refusals.inProgress;
    case 'rate_limited':
      return askLater(call.refusals.rateLimited, behaviour.delayMs);
    case 'timeout_before':
      return { kind: 'hold' };
    case 'error_before':
      return call.refusals.failed;
    case 'slow':
      sandbox.keys.start(call.claim);
      try {
        await delay(behaviour.delayMs, undefined, { signal: sandbox.closing });
        return await record();
      } finally {
        sandbox.keys.stop(call.claim);
      }
    case 'timeout_after':
      await record();
      return { kind: 'hold' };
    case 'reset_after':
      await record();
      return { kind: 'reset' };
    case 'error_after':
      return record(call.refusals.failed);
    case 'ok':
    case 'ok_once':
    case 'decline':
    case 'reject':
    case 'requires_action':
    case 'pending':
      return record();
    default:
      return assertNever(behaviour);
  }
}
