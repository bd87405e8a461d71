import type { TenantDatabase } from '../../db/with-tenant.ts';
import { type AskedBy, auditSession } from './audit-session.ts';
import { changed } from './enter-tenant.ts';
import type { Place } from './place-directory.ts';
import type { OpenSession } from './session.ts';
import type { SessionStore } from './session-store.ts';

/**
 * A user goes on in another business of theirs: each reads in its own audit that the session came or went, and nothing of the other.
 * The rows are there before the session is changed: a crash between leaves entries nobody made use of.
 */
export async function switchTenant(
  parts: { database: TenantDatabase; sessions: SessionStore },
  asked: AskedBy & { session: OpenSession; place: Pick<Place, 'tenantId' | 'role'> },
): Promise<OpenSession> {
  const { session, place, requestId, ipAddress } = asked;
  const { record } = session;
  const from = { requestId, ipAddress };
  const [gone, come] = [{ role: record.role }, { role: place.role }];
  if (record.tenantId !== place.tenantId) {
    const left = { tenantId: record.tenantId, action: 'session.left', details: { before: gone, after: null } };
    await auditSession(parts.database, record, { ...left, ...from });
    const entered = { tenantId: place.tenantId, action: 'session.entered', details: { before: null, after: come } };
    await auditSession(parts.database, record, { ...entered, ...from });
  }
  return changed(parts.sessions, session, { tenantId: place.tenantId, role: place.role });
}
