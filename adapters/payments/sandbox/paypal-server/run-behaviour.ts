import type { Behaviour } from '../behaviour.ts';
import type { RefundBehaviour } from '../refund-behaviour.ts';
import { behave as behaveAs } from '../server/behave.ts';
import type { KeyClaim } from '../server/idempotency-keys.ts';
import type { Reply } from '../server/wire.ts';
import type { Paypal } from './paypal.ts';
import { type Answer, refusePaypal } from './wire.ts';

export interface BehavingCall {
  paypal: Paypal;
  account: string;
  claim: KeyClaim;
  behaviour: Behaviour | RefundBehaviour;
  /** Carries the call out; the answer to give and to remember instead of its own, where there is one. */
  record: (answerInstead: Answer | null) => Reply;
}

const refusedToken = { error: 'invalid_token', error_description: 'Token refused' };
const refusals = {
  unavailable: { kind: 'answer', status: 401, body: refusedToken } satisfies Answer,
  inProgress: refusePaypal(409, 'RESOURCE_CONFLICT', 'PREVIOUS_REQUEST_IN_PROGRESS'),
  rateLimited: refusePaypal(429, 'RATE_LIMIT_REACHED', 'RATE_LIMIT_REACHED'),
  failed: refusePaypal(500, 'INTERNAL_SERVER_ERROR', 'INTERNAL_SERVER_ERROR'),
};

/** The faults of the sandbox in PayPal's manners: it has no answer that promises nothing was processed, but a refused token is one. */
export function behave({ paypal, account, claim, behaviour, record }: BehavingCall): Promise<Reply> {
  if (behaviour.kind === 'unreachable') paypal.tokens.failOnce(account);
  const recordOr = (answerInstead?: Answer): Reply => record(answerInstead ?? null);
  return behaveAs(paypal.sandbox, { claim, behaviour, record: recordOr, refusals });
}
