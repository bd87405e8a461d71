import type { DeclineKind } from '../port.ts';

/** What went wrong, as Stripe tells it on an error or on an intent's `last_payment_error`. */
export interface StripeDecline {
  code?: string | undefined;
  decline_code?: string | undefined;
  advice_code?: string | undefined;
  message?: string | undefined;
}

/**
 * https://docs.stripe.com/declines/codes: those whose "next steps" are another card or the bank's own lifting of a ban. Any
 * other code is soft, since giving up on a good card costs more than a retry.
 */
const hardCodes = new Set([
  'card_not_supported',
  'currency_not_supported',
  'do_not_try_again',
  'expired_card',
  'fraudulent',
  'highest_risk_level',
  'incorrect_number',
  'invalid_account',
  'invalid_expiry_month',
  'invalid_expiry_year',
  'invalid_number',
  'lost_card',
  'merchant_blacklist',
  'new_account_information_available',
  'pickup_card',
  'restricted_card',
  'revocation_of_all_authorizations',
  'revocation_of_authorization',
  'stolen_card',
  'stop_payment_order',
  'transaction_not_allowed',
]);

const authenticationCodes = new Set([
  'authentication_not_handled',
  'authentication_required',
  'canceled',
  'mobile_device_authentication_required',
  'offline_pin_required',
  'online_or_offline_pin_required',
  'payment_intent_authentication_failure',
]);

/** R41. The network's own advice not to try again (https://docs.stripe.com/declines/card, `advice_code`) outranks the code. */
export function classifyDecline(decline: StripeDecline): { declineKind: DeclineKind; code: string } {
  const code = decline.decline_code || decline.code || 'card_declined';
  return { declineKind: kindOf(code, decline.advice_code), code };
}

function kindOf(code: string, advice: string | undefined): DeclineKind {
  if (authenticationCodes.has(code)) return 'authentication_required';
  if (hardCodes.has(code) || advice === 'do_not_try_again') return 'hard';
  return code === 'insufficient_funds' ? 'insufficient_funds' : 'soft';
}
