import { writeAudit } from '../../db/queries/audit-log.ts';
import { readSessionFacts } from '../../db/queries/session-facts.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { HOUR_MS, type Instant, toIso } from '../../domain/instant.ts';
import { platformScope } from '../principal.ts';
import type { OpenSession } from './session.ts';
import type { SessionStore } from './session-store.ts';

const insideMs = HOUR_MS;

interface Parts {
  database: TenantDatabase;
  sessions: SessionStore;
  now?: () => Instant;
}

interface Asked {
  session: OpenSession;
  requestId: string | null;
  ipAddress: string | null;
}

/**
 * An operator acts inside a tenant, for an hour, for a reason the tenant reads in its own audit. The audit row is there before the
 * session is: a crash between leaves an entry nobody made use of.
 */
export async function enterTenant(
  parts: Parts,
  asked: Asked & { tenantId: TenantId | null; reason: string },
): Promise<OpenSession> {
  const { tenantId, reason, session } = asked;
  const { database, now = Date.now } = parts;
  const until = now() + insideMs;
  const operator = operatorOf(session);
  if (tenantId === null) throw new DomainError('not_found', 'unknown tenant');
  await withTenant(database, tenantId, async ({ sql }) => {
    const tenant = await readSessionFacts(sql, { tenantId, userId: operator });
    if (tenant === null || tenant.status === 'deleted') throw new DomainError('not_found', 'unknown tenant');
    const details = { reason, until: toIso(until) };
    await writeAudit(sql, {
      ...{ tenantId, actor: operator, action: 'operator.entered', resourceId: operator },
      ...{ requestId: asked.requestId, ipAddress: asked.ipAddress, details },
    });
  });
  await auditLeft(parts, asked);
  return changed(parts.sessions, session, { tenantId, entered: { reason, until } });
}

export async function leaveTenant(parts: Parts, asked: Asked): Promise<OpenSession> {
  operatorOf(asked.session);
  if (asked.session.record.entered === null) throw new DomainError('invalid_state', 'No tenant has been entered.');
  await auditLeft(parts, asked);
  return changed(parts.sessions, asked.session, { tenantId: platformScope, entered: null });
}

function operatorOf({ record: { holder } }: OpenSession): string {
  if (holder.kind !== 'operator') throw new DomainError('forbidden', 'This is for operators of the platform.');
  return holder.userId;
}

async function auditLeft({ database }: Parts, { session, requestId, ipAddress }: Asked): Promise<void> {
  const { record } = session;
  if (record.entered === null) return;
  const { tenantId } = record;
  const operator = operatorOf(session);
  await withTenant(database, tenantId, ({ sql }) =>
    Promise.resolve(
      writeAudit(sql, {
        ...{
          tenantId,
          actor: operator,
          action: 'operator.left',
          resourceId: operator,
          requestId,
          ipAddress,
          details: {},
        },
      }),
    ),
  );
}

/** The session under another secret. */
export async function changed(
  sessions: SessionStore,
  session: OpenSession,
  change: Parameters<SessionStore['rotate']>[1],
): Promise<OpenSession> {
  const next = await sessions.rotate(session, change);
  if (next === null) throw new DomainError('invalid_state', 'The session is being changed by another call.');
  return next;
}
