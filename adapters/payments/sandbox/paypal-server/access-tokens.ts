import { createHmac } from 'node:crypto';
import { z } from 'zod';

export const lifeSeconds = 32_400;

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

const tokenContent = z.tuple([z.string(), z.int(), z.int()]);

function readText(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    // An invented token: it reads as nothing.
    return null;
  }
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
      const [, text = '', signature = ''] = /^A21AA([\w-]+)\.([\w-]+)$/.exec(token) ?? [];
      const content = tokenContent.safeParse(readText(text));
      if (!content.success) return null;
      const [account, generation, expiresAtMs] = content.data;
      const isGood = signatureOf(account, text) === signature && generation === generationOf(account);
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
  return createHmac('sha256', secretOf(account)).update(text).digest('base64url');
}
