import { z } from 'zod';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply } from '../server/wire.ts';
import { deleteObject, findObject, insertObject, objectsOf } from './stripe-store.ts';
import {
  answerOnce,
  listOf,
  missing,
  pageQuery,
  readParams,
  type StripeAnswer,
  type StripeCall,
  stripeId,
  text,
} from './stripe-wire.ts';

export interface WebhookEndpoint {
  id: string;
  url: string;
  secret: string;
  enabled_events: string[];
}

const endpointBody = { url: z.url({ protocol: /^https?$/ }), enabled_events: z.record(z.string(), text) };

/** `POST /v1/webhook_endpoints`: only this answer ever names the secret. */
export function createEndpoint(sandbox: Sandbox, call: StripeCall): Reply {
  const body = readParams(endpointBody, call.body);
  return answerOnce(sandbox, call, () => {
    const secret = stripeId('whsec');
    const enabled_events = Object.values(body.enabled_events);
    const endpoint = {
      id: stripeId('we'),
      object: 'webhook_endpoint',
      url: body.url,
      enabled_events,
      status: 'enabled',
    };
    insertObject(sandbox, { account: call.account, kind: 'endpoint', id: endpoint.id }, { ...endpoint, secret });
    return answer(200, { ...endpoint, secret });
  });
}

export function listEndpoints(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const { limit } = readParams(pageQuery, call.query);
  const all = endpointsOf(sandbox, call.account).map(({ secret: _secret, ...shown }) => shown);
  return listOf('/v1/webhook_endpoints', all.slice(0, limit), all.length > limit);
}

export function deleteEndpoint(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const id = call.params[0] ?? '';
  const ref = { account: call.account, kind: 'endpoint' as const, id };
  if (findObject(sandbox, ref) === undefined) throw missing('webhook endpoint', id);
  deleteObject(sandbox, ref);
  return answer(200, { id, object: 'webhook_endpoint', deleted: true });
}

export function endpointsOf(sandbox: Sandbox, account: string): WebhookEndpoint[] {
  return objectsOf<WebhookEndpoint>(sandbox, account, 'endpoint');
}
