import { describe, expect, it } from 'vitest';
import { declineOfCapture, declineOfIssue } from './classify-decline.ts';

describe('decline kinds at PayPal (R41)', () => {
  it.each([
    ['5120', undefined, 'insufficient_funds', 'insufficient_funds'],
    ['9520', undefined, 'hard', 'stolen_card'],
    ['5400', undefined, 'hard', 'expired_card'],
    ['9500', undefined, 'hard', 'fraudulent'],
    ['5100', undefined, 'soft', 'generic_decline'],
    ['0500', undefined, 'soft', 'do_not_honor'],
    ['5650', undefined, 'authentication_required', 'authentication_required'],
    ['0500', '03', 'hard', 'do_not_honor'],
    ['5120', '21', 'hard', 'insufficient_funds'],
    ['5120', '02', 'insufficient_funds', 'insufficient_funds'],
    ['PPXX', undefined, 'soft', 'response_ppxx'],
  ])('a card that answers %s with advice %s is %s', (responseCode, paymentAdviceCode, declineKind, code) => {
    const decline = declineOfCapture('ORDER', { responseCode, paymentAdviceCode });
    expect(decline).toMatchObject({ kind: 'declined', providerChargeId: 'ORDER', declineKind, code });
  });

  it('a capture that says nothing of its reason is a generic decline', () => {
    expect(declineOfCapture('ORDER', undefined)).toMatchObject({ declineKind: 'soft', code: 'generic_decline' });
  });

  it.each([
    ['INSTRUMENT_DECLINED', 'soft', 'instrument_declined'],
    ['PAYER_CANNOT_PAY', 'soft', 'payer_cannot_pay'],
    ['PAYER_ACCOUNT_RESTRICTED', 'hard', 'payer_account_restricted'],
    ['AGREEMENT_ALREADY_CANCELLED', 'hard', 'agreement_cancelled'],
    ['PAYER_ACTION_REQUIRED', 'authentication_required', 'authentication_required'],
  ])('the issue %s is %s', (issue, declineKind, code) => {
    expect(declineOfIssue(null, issue)).toMatchObject({ kind: 'declined', providerChargeId: null, declineKind, code });
  });

  it.each(['DUPLICATE_INVOICE_ID', 'PAYEE_ACCOUNT_RESTRICTED', 'INVALID_RESOURCE_ID', 'constructor', null])(
    'the issue %s is a fault of the request, no decline',
    (issue) => expect(declineOfIssue(null, issue)).toBeNull(),
  );
});
