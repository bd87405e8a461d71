import type { Sql, Transaction } from '../database.ts';

const tableOf = {
  customer: 'customers',
  plan: 'plans',
  paymentMethod: 'payment_methods',
  subscription: 'subscriptions',
  invoice: 'invoices',
  payment: 'payments',
} as const;

/** Whether each of these is the tenant's own; nothing is locked. */
export async function resourcesExist(
  sql: Sql | Transaction,
  ids: readonly { kind: keyof typeof tableOf; id: string }[],
): Promise<boolean> {
  for (const { kind, id } of ids) {
    const rows = await sql`select 1 from ${sql(tableOf[kind])} where id = ${id}`;
    if (rows.length === 0) return false;
  }
  return true;
}
