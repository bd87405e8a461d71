import type { Behaviour } from './behaviour.ts';

export interface TestToken {
  brand: string;
  last4: string;
  behaviour: Behaviour;
}

/** The tokens of spec §6: what stands on the attached method and how each of its charges behaves. */
const tokens: Readonly<Record<string, TestToken>> = {
  tok_ok: { brand: 'visa', last4: '4242', behaviour: { kind: 'ok' } },
  tok_insufficient_funds: { brand: 'visa', last4: '9995', behaviour: { kind: 'decline', code: 'insufficient_funds' } },
  tok_generic_decline: { brand: 'visa', last4: '0002', behaviour: { kind: 'decline', code: 'generic_decline' } },
  tok_stolen_card: { brand: 'visa', last4: '9979', behaviour: { kind: 'decline', code: 'stolen_card' } },
  tok_requires_action: { brand: 'mastercard', last4: '3155', behaviour: { kind: 'requires_action' } },
  tok_slow: { brand: 'visa', last4: '2000', behaviour: { kind: 'slow', delayMs: 2000 } },
  tok_timeout_after_charge: { brand: 'mastercard', last4: '0119', behaviour: { kind: 'timeout_after' } },
  tok_unreachable: { brand: 'mastercard', last4: '0503', behaviour: { kind: 'unreachable' } },
  tok_decline_after_1: { brand: 'visa', last4: '0341', behaviour: { kind: 'ok_once' } },
};

export function findTestToken(token: string): TestToken | undefined {
  return Object.hasOwn(tokens, token) ? tokens[token] : undefined;
}

export function testTokenNames(): string[] {
  return Object.keys(tokens);
}

/** Test methods expire at the end of the fourth year from now, so that none expires within a run on a test clock. */
export function expiryOf(now: Date): { expMonth: number; expYear: number } {
  return { expMonth: 12, expYear: now.getUTCFullYear() + 4 };
}
