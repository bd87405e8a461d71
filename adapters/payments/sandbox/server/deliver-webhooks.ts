import { signWebhook } from '../../standard-webhooks.ts';
import type { SandboxStore } from './open-store.ts';

export interface WebhookTarget {
  url: string;
  secret: string;
}

const answerTimeoutMs = 5_000;
const batchMax = 20;

/** Half a second, doubled with every try, at most a minute; an event is kept until somebody answers 2xx. */
export function backOffMs(attemptCount: number): number {
  return Math.min(500 * 2 ** Math.min(attemptCount, 20), 60_000);
}

/** One round over what is due. The row outlives a crash, so an event may arrive twice and never gets lost. */
export async function deliverDueWebhooks({ sql }: SandboxStore, target: WebhookTarget): Promise<void> {
  const due = sql.all`SELECT id, body, attempt_count FROM webhooks WHERE next_at <= ${Date.now()} ORDER BY next_at LIMIT ${batchMax}`;
  await Promise.all(
    due.map(async (row) => {
      const id = String(row.id);
      const failure = await post(target, id, Buffer.from(String(row.body)));
      if (failure === null) {
        sql.run`DELETE FROM webhooks WHERE id = ${id}`;
        return;
      }
      const nextAt = Date.now() + backOffMs(Number(row.attempt_count));
      sql.run`UPDATE webhooks SET attempt_count = attempt_count + 1, next_at = ${nextAt}, last_error = ${failure} WHERE id = ${id}`;
    }),
  );
}

async function post(target: WebhookTarget, id: string, body: Buffer): Promise<string | null> {
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook({ secret: target.secret, id, timestampSeconds, body }),
  };
  return postBody(target.url, headers, body);
}

/** Null when the receiver took it, else why not. */
export async function postBody(url: string, headers: Record<string, string>, body: Buffer): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
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
