import type { Context, Hono } from 'hono';
import { DomainError } from '../../domain/errors.ts';
import { signedOutPath, signInCallbackPath } from '../../identity/first-party-client.ts';
import type { PortalParts } from '../../identity/portal-parts.ts';
import { clearCookie, readCookie, sessionCookie, signInCookie, writeCookie } from '../../identity/sessions/cookie.ts';
import { refuseCrossSite } from '../../identity/sessions/refuse-cross-site.ts';
import type { OpenSession } from '../../identity/sessions/session.ts';
import { ownPath } from '../../identity/sign-in/own-path.ts';
import { portalPath } from '../../identity/sign-in/portal-links.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Gate } from '../gateway/gate.ts';
import type { ObservedRequest } from '../gateway/observe-request.ts';
import { type AuthAnswer, createAuthResponder, redirect, renderAuthPage } from './auth-answers.ts';

export const signInPath = '/auth/sign-in';

const afterSignIn = '/admin/';
const customerPortal = '/portal/';

type Parts = { portals: PortalParts; gate: Gate; logger: Logger };

/** The pages by which browsers get a session and lose it. No token reaches them, and they go on to no other host. */
export function serveAuth(app: Hono, parts: Parts): void {
  const { portals } = parts;
  const respond = createAuthResponder(parts);

  const browserOf = (c: Context, { ip }: ObservedRequest) => ({
    ipAddress: ip,
    userAgent: c.req.header('user-agent')?.slice(0, 300) ?? null,
  });

  /** The session this browser had before: nothing of it lives on beside the new one. */
  async function endPrevious(c: Context): Promise<void> {
    const secret = readCookie(c.req.header('cookie'), sessionCookie);
    const previous = secret === null ? null : await portals.sessions.find(secret);
    if (previous) await portals.sessions.end(previous.record.holder, previous.record.id);
  }

  async function goOn(c: Context, session: OpenSession, to: string): Promise<AuthAnswer> {
    await endPrevious(c);
    return redirect(to, [writeCookie(sessionCookie, session.newSecret ?? ''), clearCookie(signInCookie)]);
  }

  app.get(signInPath, (c) =>
    respond(c, signInPath, async () => {
      const known = readCookie(c.req.header('cookie'), signInCookie);
      const returnTo = ownPath(c.req.query('return_to'), portals.publicUrl) ?? afterSignIn;
      const { url, browser } = await portals.signIn.begin(known, returnTo);
      return redirect(url, [writeCookie(signInCookie, browser)]);
    }),
  );

  app.get(signInCallbackPath, (c) =>
    respond(c, signInCallbackPath, async (request) => {
      const finished = await portals.signIn.finish({
        state: c.req.query('state') ?? '',
        query: new URL(c.req.url).search,
        browser: readCookie(c.req.header('cookie'), signInCookie),
        from: browserOf(c, request),
      });
      return finished ? goOn(c, finished.session, finished.returnTo) : redirect(signInPath);
    }),
  );

  app.get(portalPath, (c) =>
    respond(c, portalPath, async (request) => {
      const token = c.req.query('token');
      // What a browser or a messenger fetches ahead of the customer must not use the link up.
      if (c.req.method === 'HEAD' || c.req.header('sec-purpose')?.includes('prefetch'))
        return { status: 204, html: '', cookies: [] };
      const session = await portals.links.redeem(token, browserOf(c, request));
      if (session === null)
        throw new DomainError(
          'unauthorized',
          'This link has been used, or is older than five minutes. Ask for another.',
        );
      return goOn(c, session, ownPath(c.req.query('return_to'), portals.publicUrl) ?? customerPortal);
    }),
  );

  app.post('/auth/sign-out', (c) =>
    respond(c, '/auth/sign-out', async () => {
      const { origin } = new URL(portals.publicUrl);
      refuseCrossSite({ method: 'POST', header: (name) => c.req.header(name) }, origin);
      const secret = readCookie(c.req.header('cookie'), sessionCookie);
      const session = secret === null ? null : await portals.sessions.find(secret);
      if (session) await portals.sessions.end(session.record.holder, session.record.id);
      // A customer came by a link, and has nothing to leave at the identity service.
      const isOfIdentity = session !== null && session.record.holder.kind !== 'customer';
      return redirect(isOfIdentity ? await portals.signIn.signOutUrl() : signedOutPath, [clearCookie(sessionCookie)]);
    }),
  );

  app.get(signedOutPath, (c) =>
    respond(c, signedOutPath, async () => ({
      status: 200,
      html: renderAuthPage('You are signed out', 'Nobody is signed in in this browser any more.', signInPath),
      cookies: [],
    })),
  );
}
