import { answerOnce } from '../../billing/idempotency/answer-once.ts';
import type { Answer } from '../../contracts/answer.ts';
import * as contract from '../../contracts/rest/sessions.ts';
import { parseId } from '../../db/new-id.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { DomainError } from '../../domain/errors.ts';
import { sessionCookie, writeCookie } from '../../identity/sessions/cookie.ts';
import { enterTenant, leaveTenant } from '../../identity/sessions/enter-tenant.ts';
import type { OpenSession } from '../../identity/sessions/session.ts';
import { switchTenant } from '../../identity/sessions/switch-tenant.ts';
import { type Route, type RouteCall, route } from '../route.ts';
import { renderSessionInList, renderWhoAmI } from './render-session.ts';

type AnyCall = RouteCall<unknown, unknown>;

export const sessionRoutes: readonly Route[] = [
  route(contract.readSessionRoute, async (call) => ({
    status: 200,
    body: await renderWhoAmI({ database: call.context.database, portals: call.portals }, call.principal),
  })),

  route(contract.listSessionsRoute, async (call) => {
    const { record } = sessionOf(call);
    const all = await call.portals.sessions.list(record.holder);
    return { status: 200, body: { data: all.map((one) => renderSessionInList(one, record.id)) } };
  }),

  route(contract.endSessionRoute, (call) =>
    answerOnce(call.context.database, call.tenantId, call.claim, async ({ sql, tenantId }) => {
      const id = call.id('session');
      const holder = call.principal.session?.record.holder;
      // Who has no session has none to end: a key learns nothing about anybody's.
      const hasEnded = holder !== undefined && (await call.portals.sessions.end(holder, id));
      if (!hasEnded) throw new DomainError('not_found', 'unknown session');
      const { actor } = call.principal;
      const entry = { tenantId, actor, action: 'session.ended', resourceId: id, ...calledFrom(call) };
      await writeAudit(sql, { ...entry, details: { by: 'holder' } });
      return { status: 200, body: { session_id: id, ended: true } };
    }),
  ),

  route(contract.switchTenantRoute, async (call) => {
    const session = sessionOf(call);
    const { holder } = session.record;
    if (holder.kind !== 'user') throw new DomainError('forbidden', 'This is for users of a business.');
    const places = await call.portals.places.placesOf(holder.userId);
    const place = places.find(({ tenantId }) => tenantId === call.body.tenant_id);
    if (!place) throw new DomainError('not_found', 'unknown tenant');
    if (place.tenantStatus !== 'active') throw new DomainError('tenant_suspended', 'This business is suspended.');
    return answerWith(call, await switchTenant(partsOf(call), { session, place, ...calledFrom(call) }));
  }),

  route(contract.enterTenantRoute, async (call) => {
    const { tenant_id: id, reason } = call.body;
    const asked = { session: sessionOf(call), tenantId: parseId('tenant', id), reason };
    return answerWith(call, await enterTenant(partsOf(call), { ...asked, ...calledFrom(call) }));
  }),

  route(contract.leaveTenantRoute, async (call) => {
    const asked = { session: sessionOf(call), ...calledFrom(call) };
    return answerWith(call, await leaveTenant(partsOf(call), asked));
  }),
];

function calledFrom({ caller }: RouteCall<unknown, unknown>): { requestId: string | null; ipAddress: string | null } {
  return { requestId: caller.requestId, ipAddress: caller.ipAddress ?? null };
}

function partsOf({ context, portals }: AnyCall) {
  return { database: context.database, sessions: portals.sessions, now: portals.now };
}

function sessionOf({ principal }: AnyCall): OpenSession {
  if (!principal.session) throw new DomainError('forbidden', 'This needs a session; a key or token has none.');
  return principal.session;
}

async function answerWith({ context, portals }: AnyCall, session: OpenSession): Promise<Answer> {
  const principal = await portals.principalOf(session);
  const body = await renderWhoAmI({ database: context.database, portals }, principal);
  const cookie = writeCookie(sessionCookie, session.newSecret ?? '');
  return { status: 200, body, headers: { 'set-cookie': cookie } };
}
