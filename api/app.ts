import { Hono } from 'hono';
import { problemOf } from '../contracts/problem.ts';
import { DomainError } from '../domain/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { forwardToIdentity } from './forward-to-identity.ts';
import { finishRequest, observeRequest } from './gateway/observe-request.ts';
import { mountRoutes, mountWebhooks } from './mount-routes.ts';
import { serveAuth } from './pages/auth.ts';
import { serveDocs } from './pages/docs.ts';
import { type Scrapers, serveHealth } from './pages/health.ts';
import { servePaymentConfirmed } from './pages/payment-confirmed.ts';
import { builtPortals, servePortals } from './pages/portals.ts';
import type { ApiParts } from './parts.ts';
import type { WebhookDoor } from './serve-webhook.ts';

/** The whole HTTP surface as one `fetch`: the REST calls, their reference, health and metrics. */
export function createApp(parts: ApiParts): Hono {
  const app = new Hono();
  // Ahead of the routes: `/payments/{id}` would take it for an id.
  servePaymentConfirmed(app);
  servePortals(app, builtPortals);
  mountRoutes(app, parts);
  serveAuth(app, parts);
  if (parts.identityUrl !== undefined) forwardToIdentity(app, { ...parts, identityUrl: parts.identityUrl });
  serveHealth(app, { findClient: parts.gate.findClient, metricsNetworks: parts.metricsNetworks });
  serveDocs(app);
  refuseOthers(app, parts.logger);
  return app;
}

/** The door for providers alone, with health and metrics: nothing of it needs a key. */
export function createWebhookApp(door: WebhookDoor & Scrapers): Hono {
  const app = new Hono();
  mountWebhooks(app, door);
  serveHealth(app, door);
  refuseOthers(app, door.logger);
  return app;
}

function refuseOthers(app: Hono, logger: Logger): void {
  app.notFound((c) => {
    const answer = problemOf(new DomainError('not_found', 'unknown address'));
    return finishRequest(observeRequest(c), answer, { method: c.req.method, route: 'unknown', logger });
  });
}
