import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import type { UserId } from '../../domain/ids.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { nameDenied } from '../denied-by.ts';
import { platformScope } from '../principal.ts';
import type { PlaceDirectory } from '../sessions/place-directory.ts';
import { hashSecret, makeSecret } from '../sessions/secret.ts';
import type { OpenSession } from '../sessions/session.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Subject } from '../subject.ts';
import type { RelyingParty, SignInChecks } from './relying-party.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

/** What a browser shows of itself, kept for the list of sessions. */
export interface Browser {
  ipAddress: string | null;
  userAgent: string | null;
}

export interface SignIn {
  /** `browser` is the secret of the browser's sign-in cookie, where it has one; `language` the one its pages are asked for in. */
  begin(browser: string | null, returnTo: string, language?: string | null): Promise<{ url: string; browser: string }>;
  /** Null where its sessions were ended since: it has to begin again. */
  finish(attempt: SignInAttempt): Promise<{ session: OpenSession; returnTo: string } | null>;
  signOutUrl(userId: UserId): Promise<string>;
}

export interface SignInAttempt {
  state: string;
  query: string;
  browser: string | null;
  from: Browser;
}

interface Begun {
  browserHash: string;
  checks: SignInChecks;
  returnTo: string;
}

/** Time enough to find a second factor, or to set a new password first. */
const beginMs = 15 * MINUTE_MS;

/** Of a sign-in that was begun here, and is ended by another browser or another's word: by whom, nobody can tell. */
const ofNobody = (refusal: SignInRefusal) =>
  nameDenied(refusal, { tenantId: platformScope, actor: 'unknown', reason: refusal.reason });

/** A sign-in belongs to the browser that began it and is finished once. */
export function createSignIn(parts: {
  store: ShortLivedStore;
  sessions: SessionStore;
  places: PlaceDirectory;
  party: RelyingParty;
}): SignIn {
  const { store, sessions, places, party } = parts;
  const keyOf = (state: string) => `sign-in:${hashSecret(state)}`;

  async function holderOf({ userId, tenantId }: Subject) {
    if (tenantId === platformScope)
      return { holder: { kind: 'operator', userId }, tenantId, role: 'operator' } as const;
    const place = (await places.placesOf(userId)).find((one) => one.tenantId === tenantId);
    if (!place) throw nameDenied(new SignInRefusal('no_place'), { tenantId, actor: userId, reason: 'no_place' });
    return { holder: { kind: 'user', userId }, tenantId, role: place.role } as const;
  }

  return {
    async begin(known, returnTo, language = null) {
      const browser = known ?? makeSecret();
      const { url, checks } = await party.begin(language);
      const begun: Begun = { browserHash: hashSecret(browser), checks, returnTo };
      await store.set(keyOf(checks.state), JSON.stringify(begun), beginMs);
      return { url, browser };
    },

    async finish({ state, query, browser, from }) {
      const text = await store.take(keyOf(state));
      if (text === null) throw new SignInRefusal('over');
      const begun = JSON.parse(text) as Begun;
      if (browser === null || hashSecret(browser) !== begun.browserHash) throw ofNobody(new SignInRefusal('elsewhere'));
      const { subject, authenticatedAt } = await party.finish(query, begun.checks).catch((error: unknown) => {
        throw error instanceof SignInRefusal ? ofNobody(error) : error;
      });
      const whose = await holderOf(subject);
      const session = await sessions.start({ ...whose, ...from, authenticatedAt, returnUrl: null });
      return session && { session, returnTo: begun.returnTo };
    },

    signOutUrl: (userId) => party.signOutUrl(userId),
  };
}
