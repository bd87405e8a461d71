import type { CustomerId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Sql, Transaction } from '../database.ts';

/** Who bills and who is billed, as they are now. */
export interface DocumentParties {
  seller: string;
  customerName: string | null;
  customerEmail: string;
  customerCountry: string | null;
  timezone: string;
}

export function readParties(sql: Sql | Transaction, customerId: CustomerId): Promise<DocumentParties> {
  return sql<DocumentParties[]>`
    select t.name as seller, c.name as customer_name, c.email as customer_email, c.country as customer_country, c.timezone
    from customers c join tenants t on t.tenant_id = c.tenant_id where c.id = ${customerId}`.then(([row]) => {
    invariant(row, `customer ${customerId} exists`);
    return row;
  });
}
