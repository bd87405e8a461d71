import { hash } from 'node:crypto';
import type { Cache } from '../../adapters/cache/port.ts';
import { HOUR_MS } from '../../domain/instant.ts';

/** The place of a notification in the inbox, where it is unique. */
export interface NotificationAddress {
  tenantId: string;
  provider: string;
  endpoint: string;
  eventId: string;
}

/** What the inbox holds for certain, remembered in the cache (R12): a repeated delivery costs no transaction. */
export interface SeenNotifications {
  has(address: NotificationAddress): Promise<boolean>;
  /** Only after its commit: what is forgotten is found out in the inbox again, what was never stored must not look as if it were. */
  remember(address: NotificationAddress): void;
}

/** Providers repeat within minutes; later ones meet the inbox. */
const keptMs = HOUR_MS;

export function createSeenNotifications(cache: Cache): SeenNotifications {
  return {
    has: async (address) => (await cache.get(nameOf(address))) !== null,
    remember: (address) => void cache.set(nameOf(address), '1', keptMs),
  };
}

function nameOf({ tenantId, provider, endpoint, eventId }: NotificationAddress): string {
  const event = hash('sha256', eventId, 'base64url');
  return `webhook:${tenantId}:${provider}:${endpoint}:${event}`;
}
