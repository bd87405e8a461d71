import { z } from 'zod';
import type { Sandbox } from './sandbox.ts';
import { answer, type Reply, read, requireQuery, type WireRequest } from './wire.ts';

const keptMs = 30 * 86_400_000;

const eventsQuery = z.strictObject({
  since: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.coerce.number().int().min(0).default(0),
});

/** `GET /v1/events`: the account's events of the last 30 days, delivered or not, oldest first; `body` is the text of a delivery. */
export function listEvents(sandbox: Sandbox, request: WireRequest): Reply {
  const account = requireQuery(request, 'account');
  const { since, limit, cursor } = read(eventsQuery, {
    since: request.query.get('since') ?? undefined,
    limit: request.query.get('limit') ?? undefined,
    cursor: request.query.get('cursor') ?? undefined,
  });
  const sinceMs = since === undefined ? 0 : Date.parse(since);
  const rows = sandbox.sql.all`SELECT seq, id, body FROM events
    WHERE account = ${account} AND seq > ${cursor} AND created_at >= ${sinceMs} ORDER BY seq LIMIT ${limit + 1}`;
  const shown = rows.slice(0, limit);
  return answer(200, {
    data: shown.map(({ id, body }) => ({ id, body })),
    next_cursor: rows.length > limit ? String(shown.at(-1)?.seq) : null,
  });
}

export function forgetEvents(sandbox: Sandbox): void {
  sandbox.sql.run`DELETE FROM events WHERE created_at <= ${sandbox.now() - keptMs}`;
}
