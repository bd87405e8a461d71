import { z } from 'zod';
import { planDelivery } from '../server/plan-delivery.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer } from '../server/wire.ts';
import {
  listOf,
  missing,
  pageQuery,
  readParams,
  type StripeAnswer,
  type StripeCall,
  stripeId,
  whole,
} from './stripe-wire.ts';
import { endpointsOf } from './webhook-endpoints.ts';

const apiVersion = '2026-10-28.endive';

/**
 * Belongs into the transaction of what it tells. It goes to the account's own endpoints, or where there are none to the process's;
 * how, a script may say.
 */
export function announce(
  sandbox: Sandbox,
  { account, type, object }: { account: string; type: string; object: object },
): void {
  const id = stripeId('evt');
  const now = sandbox.now();
  const body = {
    id,
    object: 'event',
    api_version: apiVersion,
    created: Math.floor(now / 1000),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
  sandbox.sql.run`INSERT INTO stripe_events (id, account, body, created_at)
    VALUES (${id}, ${account}, ${JSON.stringify(body)}, ${now})`;
  const plan = planDelivery(sandbox.scripts.takeDelivery(account) ?? { kind: 'normal' });
  if (plan === null) return;
  for (const endpointId of endpointsFor(sandbox, account, type)) {
    sandbox.sql.run`INSERT INTO stripe_deliveries (event_id, endpoint_id, next_at, copies, flaw)
      VALUES (${id}, ${endpointId}, ${Date.now() + plan.waitMs}, ${plan.copies}, ${plan.flaw})`;
  }
}

/** Null stands for the process's own target, which gets what accounts without an endpoint have to tell. */
function endpointsFor(sandbox: Sandbox, account: string, type: string): (string | null)[] {
  const endpoints = endpointsOf(sandbox, account);
  if (endpoints.length === 0) return [null];
  const wanting = endpoints.filter(({ enabled_events: wanted }) => wanted.includes('*') || wanted.includes(type));
  return wanting.map(({ id }) => id);
}

const eventsQuery = { ...pageQuery, created: z.strictObject({ gte: whole.default(0) }).default({ gte: 0 }) };

/** `GET /v1/events`, newest first. */
export function listEvents(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const { limit, starting_after: after, created } = readParams(eventsQuery, call.query);
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : seqOf(sandbox, call.account, after);
  const rows = sandbox.sql.all`SELECT body FROM stripe_events
    WHERE account = ${call.account} AND seq < ${before} AND created_at >= ${created.gte * 1000}
    ORDER BY seq DESC LIMIT ${limit + 1}`;
  const events = rows.map((row) => JSON.parse(String(row.body)) as object);
  return listOf('/v1/events', events.slice(0, limit), events.length > limit);
}

export function getEvent(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const id = call.params[0] ?? '';
  const row = sandbox.sql.get`SELECT body FROM stripe_events WHERE id = ${id} AND account = ${call.account}`;
  if (row === undefined) throw missing('event', id);
  return answer(200, JSON.parse(String(row.body)) as object);
}

function seqOf(sandbox: Sandbox, account: string, id: string): number {
  const row = sandbox.sql.get`SELECT seq FROM stripe_events WHERE id = ${id} AND account = ${account}`;
  if (row === undefined) throw missing('event', id, 'starting_after');
  return Number(row.seq);
}
