import type { ChargeOutcome, DeclineKind } from '../port.ts';

interface Decline {
  code: string;
  declineKind: DeclineKind;
}

const soft = (code: string): Decline => ({ code, declineKind: 'soft' });
const hard = (code: string): Decline => ({ code, declineKind: 'hard' });
const authentication = (code: string): Decline => ({ code, declineKind: 'authentication_required' });
const short: Decline = { code: 'insufficient_funds', declineKind: 'insufficient_funds' };

/** `processor_response.response_code` of a declined card capture. R41: only what is known to be final is hard. */
const byResponseCode: Readonly<Record<string, Decline>> = {
  '0500': soft('do_not_honor'),
  '1330': hard('invalid_account'),
  '5100': soft('generic_decline'),
  '5110': soft('cvv_failure'),
  '5120': short,
  '5140': hard('card_closed'),
  '5150': hard('pickup_card'),
  '5160': hard('unauthorized_user'),
  '5170': soft('avs_failure'),
  '5180': hard('restricted_card'),
  '5400': hard('expired_card'),
  '5650': authentication('authentication_required'),
  '5910': soft('issuer_not_certified'),
  '9500': hard('fraudulent'),
  '9510': hard('security_violation'),
  '9520': hard('stolen_card'),
};

/** `payment_advice_code`: the card scheme forbids another try, whatever the response code says. */
const finalAdvice = new Set(['03', '21']);

/** The issues of a 422 that say the payer's money did not come; every other issue is a refusal of the request itself. */
const byIssue: Readonly<Record<string, Decline>> = {
  PAYER_ACTION_REQUIRED: authentication('authentication_required'),
  INSTRUMENT_DECLINED: soft('instrument_declined'),
  PAYER_CANNOT_PAY: soft('payer_cannot_pay'),
  TRANSACTION_REFUSED: soft('transaction_refused'),
  PAYMENT_DENIED: soft('payment_denied'),
  REDIRECT_PAYER_FOR_ALTERNATE_FUNDING: soft('alternate_funding_needed'),
  MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED: soft('too_many_attempts'),
  TRANSACTION_LIMIT_EXCEEDED: soft('transaction_limit_exceeded'),
  PAYER_ACCOUNT_RESTRICTED: hard('payer_account_restricted'),
  PAYER_ACCOUNT_LOCKED_OR_CLOSED: hard('payer_account_closed'),
  AGREEMENT_ALREADY_CANCELLED: hard('agreement_cancelled'),
  CARD_CLOSED: hard('card_closed'),
  CARD_EXPIRED: hard('expired_card'),
  REFERENCED_CARD_EXPIRED: hard('expired_card'),
  COMPLIANCE_VIOLATION: hard('compliance_violation'),
};

export type DeclinedOutcome = Extract<ChargeOutcome, { kind: 'declined' }>;

export function declineOfCapture(
  providerChargeId: string,
  answer: { responseCode?: string; paymentAdviceCode?: string } | undefined,
): DeclinedOutcome {
  const code = answer?.responseCode ?? '5100';
  const known = Object.hasOwn(byResponseCode, code) ? byResponseCode[code] : undefined;
  const decline = known ?? soft(`response_${code.toLowerCase()}`);
  const isFinal = answer?.paymentAdviceCode !== undefined && finalAdvice.has(answer.paymentAdviceCode);
  return toOutcome(providerChargeId, isFinal ? { ...decline, declineKind: 'hard' } : decline);
}

/** Null where the issue is no decline. */
export function declineOfIssue(providerChargeId: string | null, issue: string | null): DeclinedOutcome | null {
  const decline = issue !== null && Object.hasOwn(byIssue, issue) ? byIssue[issue] : undefined;
  return decline === undefined ? null : toOutcome(providerChargeId, decline);
}

export function canceledOutcome(providerChargeId: string): DeclinedOutcome {
  return { ...toOutcome(providerChargeId, authentication('canceled')), message: 'The order was canceled.' };
}

function toOutcome(providerChargeId: string | null, { code, declineKind }: Decline): DeclinedOutcome {
  const message = `PayPal declined the charge: ${code.replaceAll('_', ' ')}.`;
  return { kind: 'declined', providerChargeId, declineKind, code, message };
}
