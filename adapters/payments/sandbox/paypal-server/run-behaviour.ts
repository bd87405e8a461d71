import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '../../../../domain/invariant.ts';
import type { Behaviour } from '../behaviour.ts';
import type { KeyClaim } from '../server/idempotency-keys.ts';
import type { Reply } from '../server/wire.ts';
import type { Paypal } from './paypal.ts';
import { type Answer, refusePaypal } from './wire.ts';

export interface BehavingCall {
  paypal: Paypal;
  account: string;
  claim: KeyClaim;
  behaviour: Behaviour;
  /** Carries the call out; the answer to give and to remember instead of its own, where there is one. */
  record: (answerInstead: Answer | null) => Reply;
}

const failed = refusePaypal(500, 'INTERNAL_SERVER_ERROR', 'INTERNAL_SERVER_ERROR');

/** The faults of the sandbox in PayPal's manners: it has no answer that promises nothing was processed, but a refused token is one. */
export async function behave({ paypal, account, claim, behaviour, record }: BehavingCall): Promise<Reply> {
  const { keys, closing } = paypal.sandbox;
  switch (behaviour.kind) {
    case 'unreachable':
      paypal.tokens.failOnce(account);
      return { kind: 'answer', status: 401, body: { error: 'invalid_token', error_description: 'Token refused' } };
    case 'rate_limited':
      return {
        ...refusePaypal(429, 'RATE_LIMIT_REACHED', 'RATE_LIMIT_REACHED'),
        headers: { 'retry-after': String(Math.ceil(behaviour.delayMs / 1000)) },
      };
    case 'timeout_before':
      return { kind: 'hold' };
    case 'error_before':
      return failed;
    case 'slow':
      keys.start(claim);
      try {
        await delay(behaviour.delayMs, undefined, { signal: closing });
        return record(null);
      } finally {
        keys.stop(claim);
      }
    case 'timeout_after':
      record(null);
      return { kind: 'hold' };
    case 'reset_after':
      record(null);
      return { kind: 'reset' };
    case 'error_after':
      return record(failed);
    case 'ok':
    case 'ok_once':
    case 'decline':
    case 'requires_action':
    case 'pending':
      return record(null);
    default:
      return assertNever(behaviour);
  }
}
