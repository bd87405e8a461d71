import type { Context, Hono } from 'hono';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { signedOutPath, signInCallbackPath } from '../../identity/first-party-client.ts';
import { textsFor } from '../../identity/pages/parts.ts';
import { chooseLanguage } from '../../identity/pages/texts/choose-texts.ts';
import type { PortalParts } from '../../identity/portal-parts.ts';
import { auditSession } from '../../identity/sessions/audit-session.ts';
import { clearCookie, readCookie, sessionCookie, signInCookie, writeCookie } from '../../identity/sessions/cookie.ts';
import { refuseCrossSite } from '../../identity/sessions/refuse-cross-site.ts';
import type { OpenSession } from '../../identity/sessions/session.ts';
import { ownPath } from '../../identity/sign-in/own-path.ts';
import { portalPath } from '../../identity/sign-in/portal-links.ts';
import { SignInRefusal } from '../../identity/sign-in/sign-in-refusal.ts';
import type { Logger } from '../../runtime/logger.ts';
import { holdsSecret } from '../gateway/check-text.ts';
import type { Gate } from '../gateway/gate.ts';
import type { DenialNotes } from '../gateway/note-denial.ts';
import type { ObservedRequest } from '../gateway/observe-request.ts';
import { type AuthAnswer, createAuthResponder, redirect, renderAuthPage } from './auth-answers.ts';

const signInPath = '/auth/sign-in';

const afterSignIn = '/admin/';
const customerPortal = '/portal/';
/** A customer comes back by a link of the business alone. */
const customerSignedOutPath = '/auth/portal/signed-out';

type Parts = {
  portals: PortalParts;
  context: { database: TenantDatabase };
  gate: Gate;
  denials: DenialNotes;
  logger: Logger;
};
type AuthResponder = ReturnType<typeof createAuthResponder>;

/** The pages by which browsers get a session and lose it. No token reaches them, and they go on to no other host. */
export function serveAuth(app: Hono, parts: Parts): void {
  const respond = createAuthResponder(parts);
  serveSignIn(app, parts, respond);
  servePortalLinks(app, parts, respond);
  serveSignOut(app, parts, respond);
}

function serveSignIn(app: Hono, parts: Parts, respond: AuthResponder): void {
  const { portals } = parts;
  app.get(signInPath, (c) =>
    respond(c, signInPath, async () => {
      const known = readCookie(c.req.header('cookie'), signInCookie);
      const returnTo = ownPath(c.req.query('return_to'), portals.publicUrl) ?? afterSignIn;
      const { url, browser } = await portals.signIn.begin(known, returnTo, languageAsked(c));
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
      return finished ? goOn(parts, c, { request, ...finished, to: finished.returnTo }) : redirect(signInPath);
    }),
  );
}

/** By a link a tenant made for its customer. */
function servePortalLinks(app: Hono, parts: Parts, respond: AuthResponder): void {
  const { portals } = parts;
  app.get(portalPath, (c) =>
    respond(c, portalPath, async (request) => {
      const token = c.req.query('token');
      // What a browser or a messenger fetches ahead of the customer must not use the link up.
      if (c.req.method === 'HEAD' || c.req.header('sec-purpose')?.includes('prefetch'))
        return { status: 204, html: '', cookies: [] };
      const session = await portals.links.redeem(token, { ...browserOf(c, request), requestId: request.id });
      if (session === null) throw new SignInRefusal('link_over');
      const to = ownPath(c.req.query('return_to'), portals.publicUrl) ?? customerPortal;
      return goOn(parts, c, { request, session, to });
    }),
  );
}

function serveSignOut(app: Hono, parts: Parts, respond: AuthResponder): void {
  const { portals } = parts;
  async function signOut(c: Context, request: ObservedRequest): Promise<AuthAnswer> {
    const { origin } = new URL(portals.publicUrl);
    refuseCrossSite({ method: 'POST', header: (name) => c.req.header(name) }, origin);
    const session = await endSessionOf(parts, c, { request, by: 'sign_out' });
    const holder = session?.record.holder;
    // Whose session was over before is told by the portal that asks.
    const isCustomer = holder === undefined ? c.req.query('from') === 'portal' : holder.kind === 'customer';
    // A customer came by a link, and has nothing to leave at the identity service.
    const leadsTo = isCustomer ? customerSignedOutPath : signedOutPath;
    if (holder === undefined || holder.kind === 'customer') return redirect(leadsTo, [clearCookie(sessionCookie)]);
    return redirect(await portals.signIn.signOutUrl(holder.userId), [clearCookie(sessionCookie)]);
  }

  app.post('/auth/sign-out', (c) => respond(c, '/auth/sign-out', (request) => signOut(c, request), 'page'));

  const signedOut = async (c: Context, detail: 'nobody' | 'customer'): Promise<AuthAnswer> => {
    const texts = textsFor(c);
    const said = { title: texts.signOut.title, detail: texts.signOut[detail] };
    const html = await renderAuthPage(texts, { ...said, signInPath: detail === 'customer' ? null : signInPath });
    return { status: 200, html, cookies: [] };
  };
  app.get(signedOutPath, (c) => respond(c, signedOutPath, () => signedOut(c, 'nobody'), 'page'));
  app.get(customerSignedOutPath, (c) => respond(c, customerSignedOutPath, () => signedOut(c, 'customer'), 'page'));
}

/** By who leads here, such as a portal read in German. */
function languageAsked(c: Context): string | null {
  return chooseLanguage({ uiLocales: c.req.query('ui_locales') });
}

function browserOf(c: Context, { ip }: ObservedRequest) {
  const userAgent = c.req.header('user-agent')?.slice(0, 300) ?? '';
  return { ipAddress: ip, userAgent: userAgent === '' || holdsSecret(userAgent) ? null : userAgent };
}

/**
 * Ends the session this browser has, if any. It is over before it is audited: where the row cannot be written, the log says so, and
 * nobody stays signed in for it.
 */
async function endSessionOf(
  { portals: { sessions }, context, logger }: Parts,
  c: Context,
  { request, by }: { request: ObservedRequest; by: 'sign_out' | 'new_sign_in' },
): Promise<OpenSession | null> {
  const secret = readCookie(c.req.header('cookie'), sessionCookie);
  const session = secret === null ? null : await sessions.find(secret);
  if (session === null || !(await sessions.end(session.record.holder, session.record.id))) return session;
  const { record } = session;
  const from = { requestId: request.id, ipAddress: request.ip };
  const details = { by };
  const entry = { tenantId: record.tenantId, action: 'session.ended', details, ...from };
  await auditSession(context.database, record, entry).catch((error: unknown) => {
    const of = { sessionId: record.id, tenantId: record.tenantId, requestId: request.id };
    logger.error({ err: error, ...of }, 'the end of a session was not audited');
  });
  return session;
}

/** Nothing of the session this browser had before lives on beside the new one. */
async function goOn(
  parts: Parts,
  c: Context,
  { request, session, to }: { request: ObservedRequest; session: OpenSession; to: string },
): Promise<AuthAnswer> {
  await endSessionOf(parts, c, { request, by: 'new_sign_in' });
  return redirect(to, [writeCookie(sessionCookie, session.newSecret ?? ''), clearCookie(signInCookie)]);
}
