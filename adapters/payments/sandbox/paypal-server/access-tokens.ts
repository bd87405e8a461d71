import { createHmac } from 'node:crypto';
import type { Reply } from '../server/wire.ts';
import type { Paypal } from './paypal.ts';
import type { PaypalRequest } from './wire.ts';

const lifeSeconds = 32_400;

/** Any client id is an account; its secret follows from it, so that a test or a demo needs no registration. */
export function secretOf(clientId: string): string {
  return `secret_${clientId}`;
}

export interface AccessTokens {
  issue: (account: string, nowMs: number) => string;
  /** The account of a good token; null for an expired, revoked or invented one. */
  accountOf: (token: string, nowMs: number) => string | null;
  revoke: (account: string) => void;
  /** PayPal refuses the account's tokens and hands out no new one, once: nothing of the call is processed. */
  failOnce: (account: string) => void;
  takeFailure: (account: string) => boolean;
}

/** Tokens carry what they stand for and survive a restart; what was revoked does not. */
export function createAccessTokens(): AccessTokens {
  const generations = new Map<string, number>();
  const failing = new Set<string>();
  const generationOf = (account: string): number => generations.get(account) ?? 0;
  const revoke = (account: string): void => void generations.set(account, generationOf(account) + 1);
  return {
    issue(account, nowMs) {
      const content = [account, generationOf(account), nowMs + lifeSeconds * 1000];
      const text = Buffer.from(JSON.stringify(content)).toString('base64url');
      return `A21AA${text}.${signatureOf(account, text)}`;
    },
    accountOf(token, nowMs) {
      const match = /^A21AA([\w-]+)\.([\w-]+)$/.exec(token);
      if (match?.[1] === undefined) return null;
      const [account, generation, expiresAtMs] = JSON.parse(Buffer.from(match[1], 'base64url').toString());
      const isGood = signatureOf(account, match[1]) === match[2] && generation === generationOf(account);
      return isGood && nowMs < expiresAtMs ? account : null;
    },
    revoke,
    failOnce(account) {
      revoke(account);
      failing.add(account);
    },
    takeFailure: (account) => failing.delete(account),
  };
}

function signatureOf(account: string, text: string): string {
  return createHmac('sha256', secretOf(String(account)))
    .update(text)
    .digest('base64url');
}

/** `POST /v1/oauth2/token`. */
export function issueToken({ sandbox, tokens }: Paypal, { basic }: PaypalRequest): Reply {
  if (basic === null || basic.secret !== secretOf(basic.id)) {
    const body = { error: 'invalid_client', error_description: 'Client Authentication failed' };
    return { kind: 'answer', status: 401, body };
  }
  if (tokens.takeFailure(basic.id)) {
    return { kind: 'answer', status: 503, body: { name: 'SERVICE_UNAVAILABLE', message: 'Service unavailable' } };
  }
  const access_token = tokens.issue(basic.id, sandbox.now());
  const body = { scope: '*', access_token, token_type: 'Bearer', app_id: 'APP-SANDBOX', expires_in: lifeSeconds };
  return { kind: 'answer', status: 200, body };
}
