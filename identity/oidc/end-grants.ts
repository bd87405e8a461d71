import type { KoaContextWithOIDC } from 'oidc-provider';
import { failClosed } from './fail-closed.ts';

/** After the page that asks has been answered. */
export async function endGrants(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  if (ctx.path !== '/oauth/end-session/confirm' || ctx.status !== 303) return;
  if (ctx.oidc.params?.['logout']) await endSessionGrants(ctx);
}

/**
 * Signing out ends what was granted in that session, with its refresh tokens: they are not bound to the session itself, which is
 * lost with Redis. An application that was allowed to go on while its user is away (`offline_access`) does.
 */
export async function endSessionGrants(ctx: KoaContextWithOIDC): Promise<void> {
  const { session, provider } = ctx.oidc;
  for (const { grantId } of Object.values(session?.authorizations ?? {})) {
    const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    if (grant === undefined || grant.getOIDCScope().split(' ').includes('offline_access')) continue;
    await failClosed(() => provider.RefreshToken.revokeByGrantId(grant.jti));
    await grant.destroy();
  }
}
