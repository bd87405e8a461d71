import { createHmac } from 'node:crypto';
import { backOffMs, foreignSecret, postSigned } from '../server/deliver-webhooks.ts';
import { sendCopies, sentAtOf } from '../server/plan-delivery.ts';
import type { Sandbox, WebhookTarget } from '../server/sandbox.ts';
import { endpointsOf } from './webhook-endpoints.ts';

const batchMax = 20;

interface DeliveryRow {
  seq: number;
  event_id: string;
  endpoint_id: string | null;
  attempt_count: number;
  copies: number;
  flaw: string | null;
}

/** One round over what is due. The row outlives a crash, so an event may arrive twice and never gets lost. */
export async function deliverDueEvents(sandbox: Sandbox, own: WebhookTarget | null): Promise<void> {
  const due = sandbox.sql.all`SELECT seq, event_id, endpoint_id, attempt_count, copies, flaw FROM stripe_deliveries
    WHERE next_at <= ${Date.now()} AND (endpoint_id IS NOT NULL OR ${own === null ? 0 : 1})
    ORDER BY next_at, seq LIMIT ${batchMax}`;
  await Promise.all((due as unknown as DeliveryRow[]).map((row) => deliver(sandbox, own, row)));
}

/** Between a call's commit and its answer: what is to arrive before that answer. */
export async function deliverEarlyEvents(sandbox: Sandbox, own: WebhookTarget | null): Promise<void> {
  const early = sandbox.sql.all`UPDATE stripe_deliveries SET flaw = NULL WHERE flaw = 'early'
    RETURNING seq, event_id, endpoint_id, attempt_count, copies, flaw`;
  await Promise.all((early as unknown as DeliveryRow[]).map((row) => deliver(sandbox, own, row)));
}

async function deliver(sandbox: Sandbox, own: WebhookTarget | null, row: DeliveryRow): Promise<void> {
  const { sql } = sandbox;
  const { seq, flaw } = row;
  const event = sql.get`SELECT account, body FROM stripe_events WHERE id = ${row.event_id}`;
  const account = String(event?.account);
  const body = Buffer.from(String(event?.body));
  const endpoint = endpointsOf(sandbox, account).find(({ id }) => id === row.endpoint_id);
  const target = row.endpoint_id === null ? own : endpoint;
  // An endpoint deleted meanwhile wants nothing any more.
  const failure = target ? await sendCopies(row.copies, () => post(target, body, flaw)) : null;
  if (failure === null) {
    sql.run`DELETE FROM stripe_deliveries WHERE seq = ${seq}`;
    letGoOvertaken(sandbox, account);
    return;
  }
  const nextAt = Date.now() + backOffMs(row.attempt_count);
  // Sent wrong once: whoever refused it rightly gets it right.
  sql.run`UPDATE stripe_deliveries SET attempt_count = attempt_count + 1, copies = 1, flaw = NULL, next_at = ${nextAt},
    last_error = ${failure} WHERE seq = ${seq}`;
}

function letGoOvertaken(sandbox: Sandbox, account: string): void {
  const { changes } = sandbox.sql.run`UPDATE stripe_deliveries SET next_at = ${Date.now()}, flaw = NULL
    WHERE flaw = 'reorder' AND event_id IN (SELECT id FROM stripe_events WHERE account = ${account})`;
  if (changes > 0) sandbox.wake();
}

function post({ url, secret }: WebhookTarget, body: Buffer, flaw: string | null): Promise<string | null> {
  const timestampSeconds = Math.floor(sentAtOf(flaw).getTime() / 1000);
  const signature = signEvent(flaw === 'bad_signature' ? foreignSecret : secret, body, timestampSeconds);
  return postSigned(url, { 'stripe-signature': signature }, body);
}

/** https://docs.stripe.com/webhooks/signature: the whole secret is the key, its prefix included. */
export function signEvent(secret: string, body: Uint8Array, timestampSeconds = Math.floor(Date.now() / 1000)): string {
  const signature = createHmac('sha256', secret).update(`${timestampSeconds}.`).update(body).digest('hex');
  return `t=${timestampSeconds},v1=${signature}`;
}

export function nextEventDueAt({ sql }: Sandbox, own: WebhookTarget | null): number | null {
  const nextAt = sql.get`SELECT min(next_at) AS next_at FROM stripe_deliveries
    WHERE endpoint_id IS NOT NULL OR ${own === null ? 0 : 1}`?.next_at;
  return nextAt == null ? null : Number(nextAt);
}
