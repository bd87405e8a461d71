import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import type { CustomerId, TenantId } from '../../domain/ids.ts';
import { HOUR_MS, type Instant, MINUTE_MS } from '../../domain/instant.ts';
import type { PlaceDirectory } from '../sessions/place-directory.ts';
import { hashSecret, isSecret, makeSecret } from '../sessions/secret.ts';
import type { OpenSession } from '../sessions/session.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Browser } from './sign-in.ts';

/** Whom a link signs in, and where that customer came from. */
export interface PortalLink {
  tenantId: TenantId;
  customerId: CustomerId;
  returnUrl: string | null;
  /** The user, key or client who asked for it: what is done by it is told with their name. */
  madeBy: string;
}

/** One-time links by which a business sends a customer into the portal. */
export interface PortalLinks {
  make(link: PortalLink): Promise<{ url: string; expiresAt: Instant }>;
  /** Null for a link that was used, is too old, or whose customer is no longer served. */
  redeem(token: string | undefined, from: Browser & { requestId: string | null }): Promise<OpenSession | null>;
}

export const portalPath = '/auth/portal';

const linkMs = 5 * MINUTE_MS;
/** How long it is known whose link it was that somebody comes by again: an hour in which mails and messages are opened twice. */
const knownMs = HOUR_MS;

interface StoredLink extends PortalLink {
  expiresAt: Instant;
}

export function createPortalLinks(parts: {
  store: ShortLivedStore;
  database: TenantDatabase;
  sessions: SessionStore;
  places: PlaceDirectory;
  publicUrl: string;
  now?: () => Instant;
}): PortalLinks {
  const { store, database, sessions, places, publicUrl, now = Date.now } = parts;
  const keyOf = (token: string) => `portal-link:${hashSecret(token)}`;
  const knownOf = (token: string) => `portal-link-made:${hashSecret(token)}`;

  /** A link nobody made, or one that is long over, is nobody's: there is no tenant to tell. */
  async function refuse(token: string | undefined, from: Asked, reason: string): Promise<null> {
    const text = isSecret(token) ? await store.get(knownOf(token)) : null;
    if (text !== null) await auditLogin(database, JSON.parse(text) as PortalLink, from, { reason });
    return null;
  }

  return {
    async make(link) {
      const token = makeSecret();
      const expiresAt = now() + linkMs;
      const { tenantId, customerId, madeBy } = link;
      await store.set(knownOf(token), JSON.stringify({ tenantId, customerId, madeBy }), knownMs);
      await store.set(keyOf(token), JSON.stringify({ ...link, expiresAt }), linkMs);
      return { url: `${publicUrl}${portalPath}?token=${token}`, expiresAt };
    },

    async redeem(token, from) {
      const text = isSecret(token) ? await store.take(keyOf(token)) : null;
      if (text === null) return refuse(token, from, 'link_over');
      const { tenantId, customerId, returnUrl, madeBy, expiresAt } = JSON.parse(text) as StoredLink;
      if (expiresAt <= now()) return refuse(token, from, 'link_over');
      const standing = await places.standingOf(tenantId, customerId);
      if (standing?.status !== 'active') return refuse(token, from, 'customer_inactive');
      if (standing.tenantStatus !== 'active') return refuse(token, from, 'tenant_suspended');
      // Before the session: a crash between leaves an entry nobody made use of.
      await auditLogin(database, { tenantId, customerId, madeBy }, from, null);
      const holder = { kind: 'customer', tenantId, customerId } as const;
      const { ipAddress, userAgent } = from;
      const begin = { holder, tenantId, role: 'customer', ipAddress, userAgent, returnUrl, linkMadeBy: madeBy };
      return sessions.start({ ...begin, authenticatedAt: now() });
    },
  };
}

type Asked = Browser & { requestId: string | null };

/** Where a customer came from is kept only where the link is refused. */
function auditLogin(
  database: TenantDatabase,
  { tenantId, customerId, madeBy }: Omit<PortalLink, 'returnUrl'>,
  { requestId, ipAddress }: Asked,
  refused: { reason: string } | null,
): Promise<void> {
  const action = refused === null ? 'login.succeeded' : 'login.failed';
  const said = { requestId, ipAddress: refused === null ? null : ipAddress };
  return withTenant(database, tenantId, async ({ sql }) => {
    const entry = { tenantId, actor: customerId as string, action, resourceId: customerId as string, ...said };
    await writeAudit(sql, { ...entry, details: { methods: ['link'], link_made_by: madeBy, ...refused } });
  });
}
