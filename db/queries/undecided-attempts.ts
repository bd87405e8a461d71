import type { CustomerId } from '../../domain/ids.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';
import type { Sql } from '../database.ts';
import type { AttemptRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

/** An attempt that was sent and whose outcome is not known, with whom it would charge. */
export type UndecidedAttempt = AttemptRow & { customerId: CustomerId };

export function listUndecidedAttempts(
  sql: Sql,
  filter: { statuses: readonly AttemptStatus[]; customerId?: CustomerId },
  page: PageRequest,
): Promise<Page<UndecidedAttempt>> {
  return sql<UndecidedAttempt[]>`
    select a.*, p.customer_id from payment_attempts a
    join payments p on p.tenant_id = a.tenant_id and p.id = a.payment_id
    where a.status in ('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review')
      and a.status = any(${filter.statuses as string[]}::text[])
      ${filter.customerId === undefined ? sql`` : sql`and p.customer_id = ${filter.customerId}`}
      ${page.beforeId === null ? sql`` : sql`and a.id < ${page.beforeId}`}
    order by a.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}
