import type { Context } from 'hono';
import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Accounts, AskedFrom } from '../accounts/accounts.ts';
import type { Interactions } from '../interactions.ts';
import type { FormGuard } from './guard-form.ts';

/** What the pages are given by the process they run in. */
export interface AccountPageParts {
  interactions: Interactions;
  accounts: Accounts;
  /** For what somebody has proven so far. */
  store: ShortLivedStore;
  publicUrl: string;
  /** Binds forms to what they are about. */
  keySecret: string;
  /** The sender's address, as trusted proxies tell it. */
  addressOf(c: Context): string;
  logger: Logger;
}

export interface PageContext extends AccountPageParts {
  guard: FormGuard;
}

export function askedFrom(parts: AccountPageParts, c: Context): AskedFrom {
  return { address: parts.addressOf(c), requestId: c.req.header('x-request-id')?.slice(0, 100) ?? null };
}

export const refusedText = 'E-mail address or password is wrong.';

/** For an account or a sender that has tried too often. */
export function waiting(waitMs: number): { status: number; error: string; headers: Record<string, string> } {
  const minutes = Math.ceil(waitMs / MINUTE_MS);
  const error = `Too many tries. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
  return { status: 429, error, headers: { 'retry-after': String(Math.ceil(waitMs / SECOND_MS)) } };
}

/** After a form: the next page, by GET. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}
