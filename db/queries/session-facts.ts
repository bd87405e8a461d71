import type { TenantId } from '../../domain/ids.ts';
import type { Sql, Transaction } from '../database.ts';

/** How a tenant, and one of its users, are shown to whoever has a session there. */
export interface SessionFacts {
  name: string;
  mode: 'sandbox' | 'live';
  status: 'active' | 'suspended' | 'deleting' | 'deleted';
  helpUrl: string | null;
  supportUrl: string | null;
  userEmail: string | null;
  userName: string | null;
}

/** Null where there is no such tenant. */
export function readSessionFacts(
  sql: Sql | Transaction,
  { tenantId, userId }: { tenantId: TenantId; userId: string },
): PromiseLike<SessionFacts | null> {
  return sql<SessionFacts[]>`
    select t.name, t.mode, t.status, t.settings->>'helpUrl' as help_url, t.settings->>'supportUrl' as support_url,
           m.email as user_email, m.name as user_name
    from tenants t left join memberships m on m.tenant_id = t.tenant_id and m.id = ${userId}
    where t.tenant_id = ${tenantId}`.then(([row]) => row ?? null);
}
