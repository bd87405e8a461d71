import { backOffMs, postSigned } from '../server/deliver-webhooks.ts';
import type { Dialect } from '../server/dialect.ts';
import { settlePendingCaptures } from './decide-order.ts';
import type { Paypal } from './paypal.ts';
import { signEvent } from './sign-event.ts';

const batchMax = 20;

/** What the dialect does by itself: captures under review, and events until somebody answers 2xx. */
export function paypalWork(
  paypal: Paypal,
  { baseUrl, webhookUrl }: { baseUrl: string; webhookUrl: string | null },
): Pick<Dialect, 'deliverDue' | 'nextDueAt'> {
  const { sql } = paypal.sandbox;
  return {
    async deliverDue() {
      settlePendingCaptures(paypal, baseUrl);
      if (webhookUrl !== null) await deliverDueEvents(paypal, baseUrl, webhookUrl);
    },
    nextDueAt() {
      const due = sql.get`SELECT min(due_at) AS due_at FROM (
        SELECT min(decide_at) AS due_at FROM paypal_orders WHERE decide_at IS NOT NULL
        UNION ALL SELECT min(next_at) FROM paypal_events WHERE next_at IS NOT NULL AND ${webhookUrl === null ? 0 : 1})`;
      return due?.due_at == null ? null : Number(due.due_at);
    },
  };
}

async function deliverDueEvents({ sandbox: { sql } }: Paypal, baseUrl: string, webhookUrl: string): Promise<void> {
  const due = sql.all`SELECT id, body, attempt_count FROM paypal_events WHERE next_at <= ${Date.now()}
    ORDER BY next_at, seq LIMIT ${batchMax}`;
  await Promise.all(
    due.map(async (row) => {
      const body = Buffer.from(String(row.body));
      const failure = await postSigned(webhookUrl, signEvent(body, baseUrl, new Date()), body);
      const nextAt = failure === null ? null : Date.now() + backOffMs(Number(row.attempt_count));
      sql.run`UPDATE paypal_events SET attempt_count = attempt_count + 1, next_at = ${nextAt}, last_error = ${failure}
        WHERE id = ${String(row.id)}`;
    }),
  );
}
