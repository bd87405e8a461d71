import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Sql } from '../../db/database.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter } from '../../runtime/metrics.ts';
import { tenantOfClient } from './token-policy.ts';

const tokens = registerCounter({
  name: 'redcore_oauth_tokens_total',
  help: 'Answers of the token endpoint, by grant and outcome',
  labels: ['grant', 'outcome'],
});

const grants = new Set(['client_credentials', 'authorization_code', 'refresh_token']);

/** What the token endpoint decided, counted; when a client was used last; and, in its tenant's audit, what it was denied. */
export function noteUse(provider: Provider, parts: { sql: Sql; logger: Logger }): void {
  const { sql, logger } = parts;
  const failed = (error: unknown): void => logger.error({ err: error }, 'the use of a client was not noted');

  provider.on('grant.success', (ctx) => {
    tokens.inc({ grant: grantOf(ctx), outcome: 'issued' });
    const tenantId = tenantOfClient(ctx.oidc.client);
    if (tenantId !== null) noteUsed(sql, tenantId, ctx.oidc.client?.clientId ?? '', calledFrom(ctx)).catch(failed);
  });
  provider.on('grant.error', (ctx, error) => {
    tokens.inc({ grant: grantOf(ctx), outcome: error.error });
    const tenantId = tenantOfClient(ctx.oidc.client);
    if (tenantId === null) return;
    // A client of an active tenant was named: refused for its secret, its assertion, its code or its refresh token.
    writeAudit(sql, {
      ...{
        tenantId,
        actor: ctx.oidc.client?.clientId ?? '',
        action: 'oauth_token.denied',
        ...calledFrom(ctx),
      },
      resourceId: ctx.oidc.client?.clientId ?? '',
      details: { grant: grantOf(ctx), error: error.error, reason: error.error_detail ?? null },
    }).then(() => undefined, failed);
  });
  provider.on('grant.revoked', (ctx, grantId) => {
    const tenantId = tenantOfClient(ctx.oidc.client);
    if (tenantId === null) return;
    writeAudit(sql, {
      ...{
        tenantId,
        actor: ctx.oidc.client?.clientId ?? '',
        action: 'oauth_grant.revoked',
        ...calledFrom(ctx),
      },
      resourceId: grantId,
      details: { route: ctx.oidc.route },
    }).then(() => undefined, failed);
  });
  provider.on('server_error', (ctx, error) => {
    if (ctx.oidc?.route === 'token') tokens.inc({ grant: grantOf(ctx), outcome: 'server_error' });
    logger.error({ err: error, route: ctx.oidc?.route, requestId: requestIdOf(ctx) }, 'the OAuth2 server failed');
  });
}

/** At most once a minute: many tokens at once would wait for one row. The first use is audited, as that of a key is. */
async function noteUsed(sql: Sql, tenantId: TenantId, id: string, from: ReturnType<typeof calledFrom>): Promise<void> {
  await sql.begin(async (tx) => {
    const [noted] = await tx<{ isFirst: boolean }[]>`
      with stale as (
        select id, last_used_at from oauth_clients
        where tenant_id = ${tenantId} and id = ${id}
          and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
        for update)
      update oauth_clients c set last_used_at = clock_timestamp() from stale s
      where c.tenant_id = ${tenantId} and c.id = s.id
      returning s.last_used_at is null as is_first`;
    if (noted?.isFirst !== true) return;
    await writeAudit(tx, {
      tenantId,
      actor: id,
      action: 'oauth_client.first_used',
      resourceId: id,
      ...from,
      details: {},
    });
  });
}

function grantOf(ctx: KoaContextWithOIDC): string {
  const grant = ctx.oidc?.params?.['grant_type'];
  return typeof grant === 'string' && grants.has(grant) ? grant : 'other';
}

/** As the API tells both, which alone reaches this process. */
export function calledFrom(ctx: KoaContextWithOIDC): { requestId: string | null; ipAddress: string | null } {
  return { requestId: requestIdOf(ctx), ipAddress: ctx.get('x-forwarded-for') || null };
}

function requestIdOf(ctx: KoaContextWithOIDC): string | null {
  return ctx.get('x-request-id') || null;
}
