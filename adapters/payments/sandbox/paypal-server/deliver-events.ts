import { backOffMs, postSigned } from '../server/deliver-webhooks.ts';
import type { Dialect } from '../server/dialect.ts';
import { sendCopies, sentAtOf } from '../server/plan-delivery.ts';
import { settlePendingCaptures } from './decide-order.ts';
import type { Paypal } from './paypal.ts';
import { settlePendingRefunds } from './settle-refunds.ts';
import { signEvent } from './sign-event.ts';

const batchMax = 20;

/** What the dialect does by itself: captures and refunds under review, and events until somebody answers 2xx. */
export function paypalWork(
  paypal: Paypal,
  { baseUrl, webhookUrl }: { baseUrl: string; webhookUrl: string | null },
): Pick<Dialect, 'deliverDue' | 'nextDueAt'> {
  const { sql } = paypal.sandbox;
  return {
    async deliverDue() {
      settlePendingCaptures(paypal, baseUrl);
      settlePendingRefunds(paypal, baseUrl);
      if (webhookUrl !== null) await deliverDueEvents(paypal, baseUrl, webhookUrl);
    },
    nextDueAt() {
      const due = sql.get`SELECT min(due_at) AS due_at FROM (
        SELECT min(decide_at) AS due_at FROM paypal_orders WHERE decide_at IS NOT NULL
        UNION ALL SELECT min(decide_at) FROM paypal_refunds WHERE decide_at IS NOT NULL
        UNION ALL SELECT min(next_at) FROM paypal_events WHERE next_at IS NOT NULL AND ${webhookUrl === null ? 0 : 1})`;
      return due?.due_at == null ? null : Number(due.due_at);
    },
  };
}

interface EventRow {
  id: string;
  account: string;
  body: string;
  attempt_count: number;
  copies: number;
  flaw: string | null;
}

async function deliverDueEvents(paypal: Paypal, baseUrl: string, webhookUrl: string): Promise<void> {
  const due = paypal.sandbox.sql.all`SELECT id, account, body, attempt_count, copies, flaw FROM paypal_events
    WHERE next_at <= ${Date.now()} ORDER BY next_at, seq LIMIT ${batchMax}`;
  await Promise.all((due as unknown as EventRow[]).map((row) => deliver(paypal, { baseUrl, webhookUrl }, row)));
}

/** Between a call's commit and its answer: what is to arrive before that answer. */
export async function deliverEarlyEvents(
  paypal: Paypal,
  { baseUrl, webhookUrl }: { baseUrl: string; webhookUrl: string | null },
): Promise<void> {
  if (webhookUrl === null) return;
  const early = paypal.sandbox.sql.all`UPDATE paypal_events SET flaw = NULL WHERE flaw = 'early' AND next_at IS NOT NULL
    RETURNING id, account, body, attempt_count, copies, flaw`;
  await Promise.all((early as unknown as EventRow[]).map((row) => deliver(paypal, { baseUrl, webhookUrl }, row)));
}

async function deliver(
  { sandbox }: Paypal,
  { baseUrl, webhookUrl }: { baseUrl: string; webhookUrl: string },
  row: EventRow,
): Promise<void> {
  const { sql } = sandbox;
  const { id, account, flaw } = row;
  const body = Buffer.from(row.body);
  // A bad signature is a good one for another webhook.
  const other = flaw === 'bad_signature' ? { webhookId: 'WH-ANOTHER' } : {};
  const send = () => postSigned(webhookUrl, signEvent(body, baseUrl, { sentAt: sentAtOf(flaw), ...other }), body);
  const failure = await sendCopies(row.copies, send);
  const nextAt = failure === null ? null : Date.now() + backOffMs(row.attempt_count);
  // Sent wrong once: whoever refused it rightly gets it right.
  sql.run`UPDATE paypal_events SET attempt_count = attempt_count + 1, copies = 1, flaw = NULL, next_at = ${nextAt},
    last_error = ${failure} WHERE id = ${id}`;
  if (failure !== null) return;
  const { changes } = sql.run`UPDATE paypal_events SET next_at = ${Date.now()}, flaw = NULL
    WHERE account = ${account} AND flaw = 'reorder' AND next_at IS NOT NULL`;
  if (changes > 0) sandbox.wake();
}
