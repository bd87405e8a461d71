import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { backOffMs, postSigned, type WebhookTarget } from '../server/deliver-webhooks.ts';
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

const apiVersion = '2026-10-28.endive';
const batchMax = 20;

/** Belongs into the transaction of what it tells; every account's events go to the one endpoint this process was given. */
export function announce(sandbox: Sandbox, event: { account: string; type: string; object: object }): void {
  const id = stripeId('evt');
  const now = sandbox.now();
  const body = {
    id,
    object: 'event',
    api_version: apiVersion,
    created: Math.floor(now / 1000),
    data: { object: event.object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: event.type,
  };
  sandbox.sql.run`INSERT INTO stripe_events (id, account, body, created_at, next_at)
    VALUES (${id}, ${event.account}, ${JSON.stringify(body)}, ${now}, ${Date.now()})`;
}

export async function deliverDueEvents({ sql }: Sandbox, target: WebhookTarget): Promise<void> {
  const due = sql.all`SELECT id, body, attempt_count FROM stripe_events WHERE next_at <= ${Date.now()}
    ORDER BY next_at, seq LIMIT ${batchMax}`;
  await Promise.all(
    due.map(async (row) => {
      const body = Buffer.from(String(row.body));
      const failure = await postSigned(target.url, { 'stripe-signature': signEvent(target.secret, body) }, body);
      if (failure === null) {
        sql.run`UPDATE stripe_events SET next_at = NULL, last_error = NULL WHERE id = ${row.id ?? null}`;
        return;
      }
      const nextAt = Date.now() + backOffMs(Number(row.attempt_count));
      sql.run`UPDATE stripe_events SET attempt_count = attempt_count + 1, next_at = ${nextAt}, last_error = ${failure}
        WHERE id = ${row.id ?? null}`;
    }),
  );
}

/** https://docs.stripe.com/webhooks/signature: the whole secret is the key, its prefix included. */
export function signEvent(secret: string, body: Uint8Array, timestampSeconds = Math.floor(Date.now() / 1000)): string {
  const signature = createHmac('sha256', secret).update(`${timestampSeconds}.`).update(body).digest('hex');
  return `t=${timestampSeconds},v1=${signature}`;
}

export function nextEventDueAt({ sql }: Sandbox): number | null {
  const nextAt = sql.get`SELECT min(next_at) AS next_at FROM stripe_events WHERE next_at IS NOT NULL`?.next_at;
  return nextAt == null ? null : Number(nextAt);
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
