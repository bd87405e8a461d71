import type { DeclineKind } from '../../../domain/payments/decline.ts';

const hardCodes = new Set([
  'stolen_card',
  'lost_card',
  'pickup_card',
  'expired_card',
  'fraudulent',
  'invalid_account',
  'do_not_try_again',
  'revocation_of_authorization',
]);
const authenticationCodes = new Set(['authentication_required', 'authentication_failed', 'canceled']);

/** R41: only a code known to be final is hard; an unknown one is soft, since giving up on a good card costs more than a retry. */
export function classifyDecline(code: string): DeclineKind {
  if (hardCodes.has(code)) return 'hard';
  if (authenticationCodes.has(code)) return 'authentication_required';
  return code === 'insufficient_funds' ? 'insufficient_funds' : 'soft';
}
