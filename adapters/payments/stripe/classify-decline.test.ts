import { describe, expect, it } from 'vitest';
import type { DeclineKind } from '../port.ts';
import { classifyDecline, type StripeDecline } from './classify-decline.ts';

const declined = (decline_code: string): StripeDecline => ({ code: 'card_declined', decline_code });

const table: [string, StripeDecline, DeclineKind, string][] = [
  ['insufficient funds', declined('insufficient_funds'), 'insufficient_funds', 'insufficient_funds'],
  ['no reason given', declined('generic_decline'), 'soft', 'generic_decline'],
  ['do not honor', declined('do_not_honor'), 'soft', 'do_not_honor'],
  ['call the issuer', declined('call_issuer'), 'soft', 'call_issuer'],
  ['the issuer is away', declined('issuer_not_available'), 'soft', 'issuer_not_available'],
  ['a limit for now', declined('card_velocity_exceeded'), 'soft', 'card_velocity_exceeded'],
  ['an error on the way', { code: 'processing_error' }, 'soft', 'processing_error'],
  ['a code of tomorrow', declined('unheard_of'), 'soft', 'unheard_of'],
  ['nothing said', {}, 'soft', 'card_declined'],
  ['stolen', declined('stolen_card'), 'hard', 'stolen_card'],
  ['lost', declined('lost_card'), 'hard', 'lost_card'],
  ['expired', { code: 'expired_card', decline_code: 'expired_card' }, 'hard', 'expired_card'],
  ['expired, without a decline code', { code: 'expired_card' }, 'hard', 'expired_card'],
  ['fraud suspected', declined('fraudulent'), 'hard', 'fraudulent'],
  ['the mandate revoked', declined('revocation_of_all_authorizations'), 'hard', 'revocation_of_all_authorizations'],
  [
    'soft by its code, final by advice',
    { ...declined('generic_decline'), advice_code: 'do_not_try_again' },
    'hard',
    'generic_decline',
  ],
  [
    'the bank wants the customer',
    declined('authentication_required'),
    'authentication_required',
    'authentication_required',
  ],
  [
    'the customer failed at the bank',
    { code: 'payment_intent_authentication_failure' },
    'authentication_required',
    'payment_intent_authentication_failure',
  ],
  ['canceled', { code: 'canceled' }, 'authentication_required', 'canceled'],
];

describe("Stripe's declines", () => {
  it.each(table)('%s', (_name, decline, declineKind, code) => {
    expect(classifyDecline(decline)).toEqual({ declineKind, code });
  });
});
