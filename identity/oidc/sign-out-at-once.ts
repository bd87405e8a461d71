import type { CookiesSetOptions, KoaContextWithOIDC } from 'oidc-provider';
import type { Sql } from '../../db/database.ts';
import { firstPartyClientId } from '../first-party-client.ts';
import { createSignOutProofs } from '../sign-out-proof.ts';
import { parseSubject } from '../subject.ts';
import { endSessionGrants } from './end-grants.ts';

/**
 * Who pressed "sign out" in a portal is not asked again: the hint is the API's proof that a page of ours was what asked, and of whom.
 * False where there is none, or the session is another person's: then the page asks.
 */
export function createSignOutAtOnce(parts: { sql: Sql; keySecret: string; cookie: CookiesSetOptions | undefined }) {
  const proofs = createSignOutProofs(parts.keySecret);
  return async (ctx: KoaContextWithOIDC): Promise<boolean> => {
    const { params, session, client, provider } = ctx.oidc;
    const [hint, leadsTo] = [params?.['logout_hint'], params?.['post_logout_redirect_uri']];
    if (client?.clientId !== firstPartyClientId || typeof hint !== 'string' || typeof leadsTo !== 'string')
      return false;
    const userId = proofs.read(hint, Date.now());
    const subject = session?.accountId === undefined ? null : parseSubject(session.accountId);
    if (session === undefined || userId === null || subject?.userId !== userId) return false;
    await endSessionGrants(parts.sql, ctx);
    await session.destroy();
    ctx.cookies.set(provider.cookieName('session'), null, parts.cookie);
    ctx.status = 303;
    ctx.redirect(leadsTo);
    return true;
  };
}
