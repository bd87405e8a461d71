import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import type { CustomerId, TenantId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/instant.ts';
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
}

/** One-time links by which a business sends a customer into the portal. */
export interface PortalLinks {
  make(link: PortalLink): Promise<{ url: string; expiresAt: Instant }>;
  /** Null for a link that was used, is too old, or whose customer is no longer served. */
  redeem(token: string | undefined, from: Browser): Promise<OpenSession | null>;
}

export const portalPath = '/auth/portal';

const linkMs = 5 * MINUTE_MS;

export function createPortalLinks(parts: {
  store: ShortLivedStore;
  sessions: SessionStore;
  places: PlaceDirectory;
  publicUrl: string;
  now?: () => Instant;
}): PortalLinks {
  const { store, sessions, places, publicUrl, now = Date.now } = parts;
  const keyOf = (token: string) => `portal-link:${hashSecret(token)}`;
  return {
    async make(link) {
      const token = makeSecret();
      const expiresAt = now() + linkMs;
      await store.set(keyOf(token), JSON.stringify({ ...link, expiresAt }), linkMs);
      return { url: `${publicUrl}${portalPath}?token=${token}`, expiresAt };
    },

    async redeem(token, from) {
      const text = isSecret(token) ? await store.take(keyOf(token)) : null;
      if (text === null) return null;
      const { tenantId, customerId, returnUrl, expiresAt } = JSON.parse(text) as PortalLink & { expiresAt: Instant };
      if (expiresAt <= now()) return null;
      const standing = await places.standingOf(tenantId, customerId);
      if (standing?.status !== 'active' || standing.tenantStatus !== 'active') return null;
      const holder = { kind: 'customer', tenantId, customerId } as const;
      return sessions.start({ holder, tenantId, role: 'customer', ...from, returnUrl, authenticatedAt: now() });
    },
  };
}
