import type { ShortLivedStore } from '../adapters/short-lived/port.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { Instant } from '../domain/instant.ts';
import type { RoleDirectory } from './directories.ts';
import {
  type AuthenticateSession,
  createSessionAuthenticator,
  createSessionPrincipals,
  type PrincipalOf,
} from './sessions/authenticate-session.ts';
import { createPlaceDirectory, type PlaceDirectory } from './sessions/place-directory.ts';
import { createSessionStore, type SessionStore } from './sessions/session-store.ts';
import { createPortalLinks, type PortalLinks } from './sign-in/portal-links.ts';
import type { RelyingParty } from './sign-in/relying-party.ts';
import { createSignIn, type SignIn } from './sign-in/sign-in.ts';

/** What the API needs for people in browsers. */
export interface PortalParts {
  publicUrl: string;
  now(): Instant;
  sessions: SessionStore;
  places: PlaceDirectory;
  principalOf: PrincipalOf;
  authenticate: AuthenticateSession;
  signIn: SignIn;
  links: PortalLinks;
}

export function createPortalParts(parts: {
  store: ShortLivedStore;
  database: TenantDatabase;
  roles: RoleDirectory;
  party: RelyingParty;
  publicUrl: string;
  now?: () => Instant;
}): PortalParts {
  const { store, database, roles, party, publicUrl, now = Date.now } = parts;
  const sessions = createSessionStore({ store, now });
  const places = createPlaceDirectory(database);
  const principalOf = createSessionPrincipals({ database, sessions, places, roles, now });
  return {
    ...{ publicUrl, now, sessions, places, principalOf },
    authenticate: createSessionAuthenticator({ sessions, principalOf, publicUrl }),
    signIn: createSignIn({ store, sessions, places, party }),
    links: createPortalLinks({ store, database, sessions, places, publicUrl, now }),
  };
}
