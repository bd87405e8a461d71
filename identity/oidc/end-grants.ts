import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Sql } from '../../db/database.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { firstPartyClientId } from '../first-party-client.ts';
import { parseSubject } from '../subject.ts';
import { failClosed } from './fail-closed.ts';
import { calledFrom } from './note-use.ts';

/** After the page that asks has been answered. */
export function createEndGrants(sql: Sql) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    if (ctx.path !== '/oauth/end-session/confirm' || ctx.status !== 303) return;
    if (ctx.oidc.params?.['logout']) await endSessionGrants(sql, ctx);
  };
}

/**
 * Signing out ends what was granted in that session, with its refresh tokens: they are not bound to the session itself, which is
 * lost with Redis. An application that was allowed to go on while its user is away (`offline_access`) does. Audited where the
 * application is the tenant's: of the portals' own the end of the session says it.
 */
export async function endSessionGrants(sql: Sql, ctx: KoaContextWithOIDC): Promise<void> {
  const { session, provider } = ctx.oidc;
  for (const { grantId } of Object.values(session?.authorizations ?? {})) {
    const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    if (grant === undefined || grant.getOIDCScope().split(' ').includes('offline_access')) continue;
    await failClosed(() => auditEnd(sql, ctx, grant));
    await failClosed(() => provider.RefreshToken.revokeByGrantId(grant.jti));
    await grant.destroy();
  }
}

async function auditEnd(
  sql: Sql,
  ctx: KoaContextWithOIDC,
  grant: { accountId?: string | undefined; clientId?: string | undefined },
): Promise<void> {
  const subject = grant.accountId === undefined ? null : parseSubject(grant.accountId);
  const { clientId } = grant;
  if (subject === null || clientId === undefined || clientId === firstPartyClientId) return;
  const who = { tenantId: subject.tenantId, actor: subject.userId, resourceId: clientId };
  await writeAudit(sql, { ...who, action: 'oauth_grant.ended', ...calledFrom(ctx), details: { by: 'sign_out' } });
}
