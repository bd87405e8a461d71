import type { Context, Hono } from 'hono';
import { problem } from '../contracts/problem.ts';
import { followChangesRoute } from '../contracts/rest/live.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { receiveWebhookAtEndpointRoute, receiveWebhookRoute } from '../contracts/rest/webhooks.ts';
import type { Logger } from '../runtime/logger.ts';
import { allRoutes } from './all-routes.ts';
import { finishRequest, observeRequest } from './gateway/observe-request.ts';
import { serveRoute } from './gateway/serve-route.ts';
import { serveLive } from './live/serve-live.ts';
import type { ApiParts } from './parts.ts';
import { serveWebhook, type WebhookDoor } from './serve-webhook.ts';

type Handler = (c: Context) => Promise<Response>;

/** Every call of the contract under `/v1`, those of spec §6's first table also at the root, by the same handler. */
export function mountRoutes(app: Hono, parts: ApiParts): void {
  const routes = allRoutes.map((route) => ({ contract: route.contract, handler: serveRoute(parts, route) }));
  const live = { contract: followChangesRoute, handler: serveLive(parts) };
  mount(app, parts, [...routes, live, ...webhookRoutes({ ...parts, findClient: parts.gate.findClient })]);
}

/** The door for providers alone. */
export function mountWebhooks(app: Hono, door: WebhookDoor): void {
  mount(app, door, webhookRoutes(door));
}

function webhookRoutes(door: WebhookDoor): { contract: RouteContract; handler: Handler }[] {
  return [receiveWebhookRoute, receiveWebhookAtEndpointRoute].map((contract) => ({
    contract,
    handler: serveWebhook(door, contract.path),
  }));
}

function mount(
  app: Hono,
  { logger }: { logger: Logger },
  routes: readonly { contract: RouteContract; handler: Handler }[],
): void {
  const methodsOf = new Map<string, string[]>();
  for (const { contract, handler } of routes) {
    const method = contract.method.toUpperCase();
    const path = contract.path.replace(/\{(\w+)\}/g, ':$1');
    for (const address of contract.atRoot ? [path, `/v1${path}`] : [`/v1${path}`]) {
      app.on(method, address, handler);
      methodsOf.set(address, [...(methodsOf.get(address) ?? []), method]);
    }
  }
  for (const [address, methods] of methodsOf) app.all(address, refuseMethod(logger, methods));
}

function refuseMethod(logger: Logger, methods: readonly string[]): (c: Context) => Response {
  const headers = { allow: methods.join(', ') };
  return (c) => {
    const answer = problem(405, 'method_not_allowed', `This address takes ${methods.join(', ')}.`);
    return finishRequest(observeRequest(c), answer, { method: c.req.method, route: 'other method', logger, headers });
  };
}
