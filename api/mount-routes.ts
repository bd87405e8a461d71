import type { Context, Hono } from 'hono';
import { problem } from '../contracts/problem.ts';
import { receiveWebhookRoute } from '../contracts/rest/operations.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { allRoutes } from './all-routes.ts';
import { finishRequest, observeRequest } from './gateway/observe-request.ts';
import { serveRoute } from './gateway/serve-route.ts';
import type { ApiParts } from './parts.ts';
import { serveWebhook } from './serve-webhook.ts';

type Handler = (c: Context) => Promise<Response>;

/** Every call of the contract under `/v1`, those of spec §6's first table also at the root, by the same handler. */
export function mountRoutes(app: Hono, parts: ApiParts): void {
  const methodsOf = new Map<string, string[]>();

  function mount(contract: RouteContract, handler: Handler): void {
    const method = contract.method.toUpperCase();
    const path = contract.path.replace(/\{(\w+)\}/g, ':$1');
    for (const address of contract.atRoot ? [path, `/v1${path}`] : [`/v1${path}`]) {
      app.on(method, address, handler);
      methodsOf.set(address, [...(methodsOf.get(address) ?? []), method]);
    }
  }

  for (const route of allRoutes) mount(route.contract, serveRoute(parts, route));
  mount(receiveWebhookRoute, serveWebhook(parts));
  for (const [address, methods] of methodsOf) app.all(address, refuseMethod(parts, methods));
}

function refuseMethod({ logger }: ApiParts, methods: readonly string[]): (c: Context) => Response {
  const headers = { allow: methods.join(', ') };
  return (c) => {
    const answer = problem(405, 'method_not_allowed', `This address takes ${methods.join(', ')}.`);
    return finishRequest(observeRequest(c), answer, { method: c.req.method, route: 'other method', logger, headers });
  };
}
