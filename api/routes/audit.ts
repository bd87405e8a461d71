import * as contract from '../../contracts/rest/audit.ts';
import type { AuditRow } from '../../db/queries/audit-chain.ts';
import { type AuditFilter, listAudit, listAuditAfter } from '../../db/queries/audit-log.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { type Route, type RouteCall, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';
import { withoutAbsent } from './without-absent.ts';

const exportPage = 500;

export const auditRoutes: readonly Route[] = [
  route(contract.listAuditRoute, async (call) => {
    const page = pageRequestOf('event', call.query);
    const filter = filterOf(call.query);
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listAudit(sql, filter, page));
    return renderPage(found, renderRow);
  }),

  route(contract.exportAuditRoute, async (call) => ({
    status: 200,
    contentType: 'application/x-ndjson',
    body: ReadableStream.from(linesOf(call, filterOf(call.query))).pipeThrough(new TextEncoderStream()),
  })),
];

function filterOf(query: {
  actor?: string | undefined;
  action?: string | undefined;
  resource_id?: string | undefined;
  from?: Instant | undefined;
  to?: Instant | undefined;
}): AuditFilter {
  const { actor, action, resource_id: resourceId, from, to } = query;
  return withoutAbsent({ actor, action, resourceId, from, to });
}

function renderRow(row: AuditRow): contract.AuditRowBody {
  return {
    audit_id: row.id,
    at: toIso(row.at),
    actor: row.actor,
    action: row.action,
    resource_id: row.resourceId,
    request_id: row.requestId,
    ip_address: row.ipAddress,
    details: row.details,
    position: row.position,
    hash: row.hash,
  };
}

/** A page in memory at a time, and no transaction open between two: whoever reads slowly holds nothing up. */
async function* linesOf(call: RouteCall<unknown, unknown>, filter: AuditFilter): AsyncGenerator<string> {
  const { tenantId } = call;
  let after: { at: Instant; id: string } | null = null;
  let exported = 0;
  for (;;) {
    const behind: { at: Instant; id: string } | null = after;
    const rows: AuditRow[] = await readAsTenant(call.context.database, tenantId, (sql) =>
      listAuditAfter(sql, filter, behind, exportPage),
    );
    exported += rows.length;
    yield rows.map((row) => `${JSON.stringify({ tenant_id: tenantId, ...renderRow(row) })}\n`).join('');
    after = rows.at(-1) ?? null;
    if (rows.length < exportPage) break;
  }
  yield `${JSON.stringify({ exported })}\n`;
}
