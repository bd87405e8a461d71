import { z } from 'zod';
import type { Sandbox } from './sandbox.ts';
import { answer, type Reply, read, requireQuery, type WireRequest } from './wire.ts';

export interface ChargeRow {
  seq: number;
  id: string;
  account: string;
  reference: string;
  method_id: string;
  amount: number;
  currency: string;
  description: string;
  /** The subscription it is for, where the dialect tells. */
  subscription: string | null;
  /** Where the customer goes on to who decided at the bank's page. */
  return_url: string | null;
  status: 'succeeded' | 'declined' | 'requires_action' | 'pending' | 'canceled';
  decline_code: string | null;
  message: string;
  refunded: number;
  created_at: number;
}

const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.coerce.number().int().min(0).default(0),
  created_from: z.iso.datetime().optional(),
  created_to: z.iso.datetime().optional(),
});

/** `GET /v1/charges`: every charge of a reference, or the account's charges, of a range of time, page by page, oldest first. */
export function listCharges(sandbox: Sandbox, request: WireRequest): Reply {
  const account = requireQuery(request, 'account');
  const reference = request.query.get('reference');
  if (reference !== null) {
    const rows = sandbox.sql
      .all`SELECT * FROM charges WHERE account = ${account} AND reference = ${reference} ORDER BY seq`;
    return page(rows as unknown as ChargeRow[], null, request);
  }
  const named = (name: string) => request.query.get(name) ?? undefined;
  const { limit, cursor, ...created } = read(pageQuery, {
    ...{ limit: named('limit'), cursor: named('cursor') },
    ...{ created_from: named('created_from'), created_to: named('created_to') },
  });
  const from = created.created_from === undefined ? 0 : Date.parse(created.created_from);
  const to = created.created_to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(created.created_to);
  const rows = sandbox.sql.all`SELECT * FROM charges WHERE account = ${account} AND seq > ${cursor}
    AND created_at >= ${from} AND created_at < ${to} ORDER BY seq LIMIT ${limit + 1}` as unknown as ChargeRow[];
  const shown = rows.slice(0, limit);
  return page(shown, rows.length > limit ? String(shown.at(-1)?.seq) : null, request);
}

function page(rows: ChargeRow[], nextCursor: string | null, request: WireRequest): Reply {
  return answer(200, { data: rows.map((row) => renderCharge(row, request.baseUrl)), next_cursor: nextCursor });
}

export function findCharge(sandbox: Sandbox, id: string): ChargeRow | undefined {
  return sandbox.sql.get`SELECT * FROM charges WHERE id = ${id}` as ChargeRow | undefined;
}

export function renderCharge(row: Omit<ChargeRow, 'seq'>, baseUrl: string): object {
  const { id, account, reference, method_id, amount, currency, description, status, decline_code, message, refunded } =
    row;
  return {
    id,
    account,
    reference,
    method_id,
    amount,
    currency,
    description,
    status,
    decline_code,
    message,
    refunded,
    action_url: status === 'requires_action' ? `${baseUrl}/actions/${id}` : null,
    created_at: new Date(row.created_at).toISOString(),
  };
}
