import { randomUUID } from 'node:crypto';
import { planDelivery } from '../server/plan-delivery.ts';
import type { Reply } from '../server/wire.ts';
import type { Paypal } from './paypal.ts';
import { invalid, type PaypalRequest } from './wire.ts';

/** Belongs into the transaction of what it tells; kept after its delivery, so that it can be listed. How it is delivered, a script may say. */
export function recordEvent(
  { sandbox, sendsEvents }: Paypal,
  event: { account: string; type: string; resourceType: string; resource: object },
): void {
  const now = sandbox.now();
  const id = `WH-${randomUUID().replaceAll('-', '').toUpperCase()}`;
  const body = JSON.stringify({
    id,
    event_version: '1.0',
    create_time: new Date(now).toISOString(),
    resource_type: event.resourceType,
    event_type: event.type,
    summary: event.type.toLowerCase().replaceAll('.', ' '),
    resource: event.resource,
    links: [],
  });
  const plan = planDelivery(sandbox.scripts.takeDelivery(event.account) ?? { kind: 'normal' });
  const nextAt = plan !== null && sendsEvents ? Date.now() + plan.waitMs : null;
  sandbox.sql.run`INSERT INTO paypal_events (id, account, body, created_at, next_at, copies, flaw)
    VALUES (${id}, ${event.account}, ${body}, ${now}, ${nextAt}, ${plan?.copies ?? 1}, ${plan?.flaw ?? null})`;
}

/** `GET /v1/notifications/webhooks-events`: newest first, a page at a time; `next` carries the whole query. */
export function listEvents({ sandbox }: Paypal, { account, query, baseUrl }: PaypalRequest): Reply {
  const pageSize = Number(query.get('page_size') ?? 10);
  const before = Number(query.get('before') ?? Number.MAX_SAFE_INTEGER);
  const startsAt = Date.parse(query.get('start_time') ?? '1970-01-01T00:00:00Z');
  if (!(pageSize >= 1 && pageSize <= 300) || Number.isNaN(before) || Number.isNaN(startsAt)) throw invalid('query');
  const rows = sandbox.sql.all`SELECT seq, body FROM paypal_events
    WHERE account = ${account} AND created_at >= ${startsAt} AND seq < ${before} ORDER BY seq DESC LIMIT ${pageSize + 1}`;
  const shown = rows.slice(0, pageSize);
  const links: object[] = [];
  if (rows.length > pageSize) {
    const next = new URLSearchParams(query);
    next.set('before', String(shown.at(-1)?.seq));
    const href = `${baseUrl}/v1/notifications/webhooks-events?${next.toString()}`;
    links.push({ rel: 'next', href, method: 'GET' });
  }
  const events = shown.map(({ body }) => JSON.parse(String(body)));
  return { kind: 'answer', status: 200, body: { events, count: events.length, links } };
}
