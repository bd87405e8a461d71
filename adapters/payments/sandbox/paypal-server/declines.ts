interface PaypalDecline {
  /** What a card's bank answered. */
  responseCode: string;
  /** How a wallet is refused. */
  issue: string;
}

const declines: Readonly<Record<string, PaypalDecline>> = {
  insufficient_funds: { responseCode: '5120', issue: 'INSTRUMENT_DECLINED' },
  generic_decline: { responseCode: '5100', issue: 'INSTRUMENT_DECLINED' },
  do_not_honor: { responseCode: '0500', issue: 'INSTRUMENT_DECLINED' },
  stolen_card: { responseCode: '9520', issue: 'PAYER_ACCOUNT_RESTRICTED' },
  lost_card: { responseCode: '9520', issue: 'PAYER_ACCOUNT_RESTRICTED' },
  pickup_card: { responseCode: '5150', issue: 'PAYER_ACCOUNT_RESTRICTED' },
  fraudulent: { responseCode: '9500', issue: 'PAYER_ACCOUNT_RESTRICTED' },
  expired_card: { responseCode: '5400', issue: 'CARD_EXPIRED' },
  invalid_account: { responseCode: '1330', issue: 'PAYER_ACCOUNT_LOCKED_OR_CLOSED' },
  revocation_of_authorization: { responseCode: '5180', issue: 'AGREEMENT_ALREADY_CANCELLED' },
  authentication_required: { responseCode: '5650', issue: 'PAYER_CANNOT_PAY' },
};

/** The sandbox's decline codes as PayPal says them. */
export function declineAtPaypal(code: string): PaypalDecline {
  const known = Object.hasOwn(declines, code) ? declines[code] : undefined;
  return known ?? { responseCode: '5100', issue: 'INSTRUMENT_DECLINED' };
}

const refundIssues: Readonly<Record<string, string>> = {
  insufficient_funds: 'REFUND_FAILED_INSUFFICIENT_FUNDS',
  too_late: 'REFUND_TIME_LIMIT_EXCEEDED',
  too_many_refunds: 'MAX_NUMBER_OF_REFUNDS_EXCEEDED',
};

/** Why a refund is rejected, as PayPal says it. */
export function refundIssueAtPaypal(code: string): string {
  return (Object.hasOwn(refundIssues, code) ? refundIssues[code] : undefined) ?? 'TRANSACTION_REFUSED';
}
