import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import type { OidcServer } from './oidc/oidc-server.ts';

/** What the identity service answers beside health: the OAuth2 server, and the pages where people sign in. */
export function createIdentityApp(parts: { oidc: OidcServer; pages: Hono }): Hono {
  const app = new Hono<{ Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }>();
  for (const path of ['/oauth/*', '/.well-known/*']) {
    app.all(path, async (c) => {
      await parts.oidc.handle(c.env.incoming, c.env.outgoing);
      return RESPONSE_ALREADY_SENT;
    });
  }
  app.route('/', parts.pages);
  return app as unknown as Hono;
}
