import type { CustomerId } from '../../domain/ids.ts';
import type { Sql } from '../database.ts';

/** Tables whose rows name their customer. */
const tableOf = {
  subscription: 'subscriptions',
  invoice: 'invoices',
  payment: 'payments',
  paymentMethod: 'payment_methods',
  methodSetup: 'method_setups',
  creditNote: 'credit_notes',
  refundRequest: 'refund_requests',
} as const;

export type OwnedKind = keyof typeof tableOf;

export function isOwnedKind(kind: string): kind is OwnedKind {
  return kind in tableOf;
}

/** Which of these rows belong to the customer, in one statement; the ids that do. */
export function findOwned(
  sql: Sql,
  customerId: CustomerId,
  ids: readonly { kind: OwnedKind; id: string }[],
): PromiseLike<Set<string>> {
  const each = ids.map(
    ({ kind, id }) => sql`select id from ${sql(tableOf[kind])} where id = ${id} and customer_id = ${customerId}`,
  );
  const all = each.reduce((one, next) => sql`${one} union all ${next}`);
  return sql<{ id: string }[]>`${all}`.then((rows) => new Set(rows.map(({ id }) => id)));
}

/** Whose these rows are, in one statement; of what does not exist, nobody's. */
export function findOwners(
  sql: Sql,
  named: readonly { kind: OwnedKind; ids: readonly string[] }[],
): PromiseLike<Map<string, CustomerId>> {
  const each = named.map(
    ({ kind, ids }) =>
      sql`select id, customer_id from ${sql(tableOf[kind])} where id = any(${ids as string[]}::text[])`,
  );
  const all = each.reduce((one, next) => sql`${one} union all ${next}`);
  return sql<{ id: string; customerId: CustomerId }[]>`${all}`.then(
    (rows) => new Map(rows.map(({ id, customerId }) => [id, customerId])),
  );
}

/** Of these plans, those a customer may know: what can be subscribed to, and what it subscribes to. */
export function findVisiblePlans(sql: Sql, customerId: CustomerId, ids: readonly string[]): PromiseLike<Set<string>> {
  return sql<{ id: string }[]>`
    select id from plans where id in ${sql([...ids])} and (status = 'active'
      or exists (select 1 from subscriptions s where s.customer_id = ${customerId} and s.plan_id = plans.id))`.then(
    (rows) => new Set(rows.map(({ id }) => id)),
  );
}
