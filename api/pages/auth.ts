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

const signInPath = '/auth/sign-in';
/** As `signedOutPath`, for customers. */
const leftPath = '/auth/left';

const afterSignIn = '/admin/';
const customerPortal = '/portal/';

type Parts = { portals: PortalParts; gate: Gate; logger: Logger };
type AuthResponder = ReturnType<typeof createAuthResponder>;

/** The pages by which browsers get a session and lose it. No token reaches them, and they go on to no other host. */
export function serveAuth(app: Hono, parts: Parts): void {
  const { portals } = parts;
  const respond = createAuthResponder(parts);
  serveSignIn(app, portals, respond);
  servePortalLinks(app, portals, respond);
  serveSignOut(app, portals, respond);
}

function serveSignIn(app: Hono, portals: PortalParts, respond: AuthResponder): void {
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
      return finished ? goOn(portals, c, finished.session, finished.returnTo) : redirect(signInPath);
    }),
  );
}

/** By a link a tenant made for its customer, who is not led to where staff sign in. */
function servePortalLinks(app: Hono, portals: PortalParts, respond: AuthResponder): void {
  async function redeem(c: Context, request: ObservedRequest): Promise<AuthAnswer> {
    const token = c.req.query('token');
    // What a browser or a messenger fetches ahead of the customer must not use the link up.
    if (c.req.method === 'HEAD' || c.req.header('sec-purpose')?.includes('prefetch'))
      return { status: 204, html: '', cookies: [] };
    const session = await portals.links.redeem(token, browserOf(c, request));
    if (session === null)
      throw new DomainError('unauthorized', 'This link has been used, or is older than five minutes. Ask for another.');
    return goOn(portals, c, session, ownPath(c.req.query('return_to'), portals.publicUrl) ?? customerPortal);
  }

  app.get(portalPath, (c) => respond(c, portalPath, (request) => redeem(c, request), { signInPath: null }));
}

function serveSignOut(app: Hono, portals: PortalParts, respond: AuthResponder): void {
  async function signOut(c: Context): Promise<AuthAnswer> {
    const { origin } = new URL(portals.publicUrl);
    refuseCrossSite({ method: 'POST', header: (name) => c.req.header(name) }, origin);
    const session = await endSessionOf(portals, c);
    // A customer came by a link, and has nothing to leave at the identity service. Who had no session any more may be one.
    const holder = session?.record.holder;
    const leadsTo =
      holder === undefined || holder.kind === 'customer' ? leftPath : await portals.signIn.signOutUrl(holder.userId);
    return redirect(leadsTo, [clearCookie(sessionCookie)]);
  }

  app.post('/auth/sign-out', (c) => respond(c, '/auth/sign-out', () => signOut(c), { kind: 'page' }));

  const said = ['You are signed out', 'Nobody is signed in in this browser any more.'] as const;
  const signedOut = async (wayIn: string | null): Promise<AuthAnswer> => ({
    status: 200,
    html: renderAuthPage(...said, wayIn),
    cookies: [],
  });
  app.get(signedOutPath, (c) => respond(c, signedOutPath, () => signedOut(signInPath), { kind: 'page' }));
  app.get(leftPath, (c) => respond(c, leftPath, () => signedOut(null), { kind: 'page' }));
}

function browserOf(c: Context, { ip }: ObservedRequest) {
  return { ipAddress: ip, userAgent: c.req.header('user-agent')?.slice(0, 300) ?? null };
}

/** Ends the session this browser has, if any. */
async function endSessionOf({ sessions }: PortalParts, c: Context): Promise<OpenSession | null> {
  const secret = readCookie(c.req.header('cookie'), sessionCookie);
  const session = secret === null ? null : await sessions.find(secret);
  if (session) await sessions.end(session.record.holder, session.record.id);
  return session;
}

/** Nothing of the session this browser had before lives on beside the new one. */
async function goOn(portals: PortalParts, c: Context, session: OpenSession, to: string): Promise<AuthAnswer> {
  await endSessionOf(portals, c);
  return redirect(to, [writeCookie(sessionCookie, session.newSecret ?? ''), clearCookie(signInCookie)]);
}
