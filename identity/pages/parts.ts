import type { Context } from 'hono';
import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Accounts, AskedFrom } from '../accounts/accounts.ts';
import type { Interactions } from '../interactions.ts';
import type { FormGuard } from './guard-form.ts';
import { chooseTexts } from './texts/choose-texts.ts';
import type { PageTexts } from './texts/en.ts';

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

/** What a page of one request is made of. */
export interface PageContext extends AccountPageParts {
  guard: FormGuard;
  texts: PageTexts;
}

/** The same for every request, and in whose words one is answered. */
export interface PageParts extends AccountPageParts {
  guard: FormGuard;
}

/** `uiLocales` as an application asked for a sign-in; else the address may say it. */
export function contextOf(parts: PageParts, c: Context, uiLocales?: string | null): PageContext {
  return { ...parts, texts: textsFor(c, uiLocales) };
}

export function textsFor(c: Context, uiLocales?: string | null): PageTexts {
  const asked = uiLocales ?? c.req.query('ui_locales');
  return chooseTexts({ uiLocales: asked, acceptLanguage: c.req.header('accept-language') });
}

export function askedFrom(parts: AccountPageParts, c: Context): AskedFrom {
  return { address: parts.addressOf(c), requestId: c.req.header('x-request-id')?.slice(0, 100) ?? null };
}

/** For an account or a sender that has tried too often. */
export function waiting(
  { tooManyTries }: PageTexts,
  waitMs: number,
): { status: number; error: string; headers: Record<string, string> } {
  return {
    status: 429,
    error: tooManyTries(Math.ceil(waitMs / MINUTE_MS)),
    headers: { 'retry-after': String(Math.ceil(waitMs / SECOND_MS)) },
  };
}

/** After a form: the next page, by GET. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}
