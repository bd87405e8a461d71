import { Hono } from 'hono';
import type { Sql } from '../../db/database.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import type { OidcServer } from '../../identity/oidc/oidc-server.ts';
import { createInteractions } from '../../identity/oidc/provider-interactions.ts';

/** What the login pages do once somebody has proved who they are, without the proof. */
export function makeTestPages({ sql, oidc }: { sql: Sql; oidc: OidcServer }): Hono {
  const interactions = createInteractions({ sql, provider: () => oidc.provider() });
  const app = new Hono();
  const page = '/identity/sign-in/:uid';
  app.get(page, async (c) => c.json(await interactions.find(c)));
  app.post(`${page}/login`, async (c) => {
    const { userId, tenantId } = await c.req.json<{ userId: UserId; tenantId: TenantId }>();
    return interactions.signIn(c, { userId, tenantId }, ['pwd']);
  });
  app.post(`${page}/allow`, (c) => interactions.allow(c));
  app.post(`${page}/deny`, (c) => interactions.deny(c));
  return app;
}
