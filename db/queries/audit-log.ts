import type { ApiKeyId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import { newId } from '../new-id.ts';
import type { AuditRow } from './audit-chain.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface AuditEntry {
  /** Or the platform's scope. */
  tenantId: TenantId;
  actor: string;
  /** `resource.verb_in_past`. */
  action: string;
  resourceId: string;
  requestId: string | null;
  /** Where a person or machine called from, as trusted proxies tell it; a customer's only where it was refused. */
  ipAddress?: string | null | undefined;
  /** Never a secret; of a change `before` and `after`. */
  details: Record<string, unknown>;
}

/** What was done in a customer's session names who made the link that opened it. */
export function withLinkMadeBy<Details extends object>(details: Details, linkMadeBy: string | null | undefined) {
  return linkMadeBy == null ? details : { ...details, link_made_by: linkMadeBy };
}

/** One row as any role that may write it, at the database's time; in the transaction of what it tells of. */
export function writeAudit(sql: Sql | Transaction, entry: AuditEntry): PromiseLike<unknown> {
  const { tenantId, actor, action, resourceId, requestId, ipAddress = null, details } = entry;
  return sql`
    insert into audit_log (tenant_id, id, at, actor, action, resource_id, request_id, ip_address, details)
    values (${tenantId}, ${newId('event')}, clock_timestamp(), ${actor}, ${action}, ${resourceId}, ${requestId},
            ${ipAddress}, ${sql.json(details as never)})`.execute();
}

export interface AuditFilter {
  actor?: string;
  /** The action, or what it begins with: `plan.` for everything about plans. */
  action?: string;
  resourceId?: string;
  from?: Instant;
  /** Exclusive. */
  to?: Instant;
}

const matching = (sql: Sql, { actor, action, resourceId, from, to }: AuditFilter) => sql`
  ${actor === undefined ? sql`` : sql`and actor = ${actor}`}
  ${action === undefined ? sql`` : sql`and starts_with(action, ${action})`}
  ${resourceId === undefined ? sql`` : sql`and resource_id = ${resourceId}`}
  ${from === undefined ? sql`` : sql`and at >= ${from}`}
  ${to === undefined ? sql`` : sql`and at < ${to}`}`;

/** Newest first, by the instant each row tells of. */
export function listAudit(sql: Sql, filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>> {
  const at = (of: 'at' | 'id') => sql`(select ${sql(of)} from audit_log where id = ${page.beforeId})`;
  return sql<AuditRow[]>`
    select * from audit_log where true ${matching(sql, filter)}
      ${page.beforeId === null ? sql`` : sql`and at <= ${at('at')} and (at, id) < (${at('at')}, ${at('id')})`}
    order by at desc, id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

/** Oldest first, behind the row given: an export goes through all of them so. */
export function listAuditAfter(
  sql: Sql,
  filter: AuditFilter,
  after: { at: Instant; id: string } | null,
  limit: number,
): PromiseLike<AuditRow[]> {
  return sql<AuditRow[]>`
    select * from audit_log where true ${matching(sql, filter)}
      ${after === null ? sql`` : sql`and at >= ${after.at} and (at, id) > (${after.at}, ${after.id})`}
    order by at, id limit ${limit}`;
}

export interface RefusedKey {
  id: ApiKeyId;
  tenantId: TenantId;
  /** `wrong_secret`, `revoked`, `expired`, or `tenant_` with the tenant's status. */
  reason: string;
}

/** Of these keys those that exist, with the tenant to be told and why they open nothing. */
export function findRefusedKeys(sql: Sql, ids: readonly ApiKeyId[]): PromiseLike<RefusedKey[]> {
  return sql<RefusedKey[]>`select id, tenant_id, reason from find_refused_keys(${[...ids]}::text[])`;
}
