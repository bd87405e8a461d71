import { signWebhook } from '../../standard-webhooks.ts';
import { sendCopies, sentAtOf } from './plan-delivery.ts';
import type { Sandbox, WebhookTarget } from './sandbox.ts';
import { webhookTarget } from './webhook-target.ts';

const answerTimeoutMs = 5_000;
const batchMax = 20;
export const foreignSecret = `whsec_${Buffer.from('a secret nobody agreed on').toString('base64')}`;

/** Half a second, doubled with every try, at most a minute; an event is kept until somebody answers 2xx. */
export function backOffMs(attemptCount: number): number {
  return Math.min(500 * 2 ** Math.min(attemptCount, 20), 60_000);
}

interface WebhookRow {
  id: string;
  account: string;
  body: string;
  attempt_count: number;
  copies: number;
  flaw: string | null;
}

/** One round over what is due. The row outlives a crash, so an event may arrive twice and never gets lost. */
export async function deliverDueWebhooks(sandbox: Sandbox): Promise<void> {
  const due = sandbox.sql.all`SELECT id, account, body, attempt_count, copies, flaw FROM webhooks
    WHERE next_at <= ${Date.now()} ORDER BY next_at LIMIT ${batchMax}`;
  await Promise.all((due as unknown as WebhookRow[]).map((row) => deliver(sandbox, row)));
}

export async function deliverWebhook(sandbox: Sandbox, id: string): Promise<void> {
  const row = sandbox.sql.get`SELECT id, account, body, attempt_count, copies, flaw FROM webhooks WHERE id = ${id}`;
  if (row !== undefined) await deliver(sandbox, row as unknown as WebhookRow);
}

async function deliver(sandbox: Sandbox, row: WebhookRow): Promise<void> {
  const { sql } = sandbox;
  const { id, account, flaw } = row;
  const target = webhookTarget(sandbox, account);
  const failure = await sendCopies(row.copies, () => post(target, id, Buffer.from(row.body), flaw));
  if (failure === null) {
    sql.run`DELETE FROM webhooks WHERE id = ${id}`;
    letGoOvertaken(sandbox, account);
    return;
  }
  const nextAt = Date.now() + backOffMs(row.attempt_count);
  // Sent wrong once: whoever refused it rightly gets it right.
  sql.run`UPDATE webhooks SET attempt_count = attempt_count + 1, copies = 1, flaw = NULL, next_at = ${nextAt},
    last_error = ${failure} WHERE id = ${id}`;
}

function letGoOvertaken(sandbox: Sandbox, account: string): void {
  const { changes } = sandbox.sql.run`UPDATE webhooks SET next_at = ${Date.now()}, flaw = NULL
    WHERE account = ${account} AND flaw = ${'reorder'}`;
  if (changes > 0) sandbox.wake();
}

async function post(
  target: WebhookTarget | null,
  id: string,
  body: Buffer,
  flaw: string | null,
): Promise<string | null> {
  if (target === null) return 'no address';
  const timestampSeconds = Math.floor(sentAtOf(flaw).getTime() / 1000);
  const secret = flaw === 'bad_signature' ? foreignSecret : target.secret;
  const signature = signWebhook({ secret, id, timestampSeconds, body });
  const signed = { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature };
  return postSigned(target.url, signed, body);
}

/** Null when the receiver took it, else why not. */
export async function postSigned(url: string, signed: Record<string, string>, body: Buffer): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? null : `answered ${response.status}`;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}
