import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { newId } from '../../db/new-id.ts';
import type { SessionId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { hashSecret } from './secret.ts';
import { absoluteMs, holderKey, idleMs, type OpenSession, type SessionHolder, type SessionRecord } from './session.ts';
import { createSessionRecords, type ListedSession, sessionKeys } from './session-records.ts';

export interface SessionStore {
  /** Null where the holder's sessions were all ended after `authenticatedAt`. */
  start(begin: SessionStart): Promise<OpenSession | null>;
  /** Null for a secret that opens nothing, or no longer. Writes at most once a minute. */
  find(secret: string): Promise<OpenSession | null>;
  /** As it is now, of one that was found before: nobody called, so it stays as old as it was, and its secret what it is. */
  peek(session: OpenSession): Promise<OpenSession | null>;
  /** The same session under another secret, with what changes; null where another call is changing it, or it has ended. */
  rotate(session: OpenSession, change: Partial<Omit<SessionRecord, 'id'>>): Promise<OpenSession | null>;
  list(holder: SessionHolder): Promise<ListedSession[]>;
  /** False where the holder has none by that id. */
  end(holder: SessionHolder, id: SessionId): Promise<boolean>;
  /** Also those whose sign-in is under way. */
  endAll(holder: SessionHolder): Promise<void>;
}

export interface SessionStart extends Omit<SessionRecord, 'id' | 'startedAt' | 'entered'> {
  authenticatedAt: Instant;
}

/** Of the store's keys: the API's, and the identity service's, which ends the sessions of who has a new password. */
export const sessionsPrefix = 'redcore:';

const seenEveryMs = MINUTE_MS;
/** For requests that were under way with the old secret; within what a removed member is seen in. */
const fadingMs = 4 * SECOND_MS;
const perHolderMax = 50;
const passesMax = 20;

const hashOf = ({ secretHash }: ListedSession) => secretHash;

/** How sessions begin, are found, change their secret and end; what is kept of them is of `session-records.ts`. */
export function createSessionStore(parts: { store: ShortLivedStore; now?: () => Instant }): SessionStore {
  const { store, now = Date.now } = parts;
  const records = createSessionRecords(store, now);
  const endedKey = (holder: SessionHolder) => `sessions-ended:${holderKey(holder)}`;

  async function endAll(holder: SessionHolder): Promise<void> {
    await store.set(endedKey(holder), String(now()), absoluteMs);
    // A session whose secret changes meanwhile joins under the new one before it leaves the old: the next pass finds it.
    for (let pass = 0; pass < passesMax; pass += 1) {
      const hashes = await records.hashesOf(holder);
      if (hashes.length === 0) return;
      await records.drop(holder, hashes);
    }
    throw new Error('sessions are begun faster than they can be ended');
  }

  return {
    list: records.list,
    peek: ({ secretHash }) => records.peek(secretHash),
    endAll,

    async start({ authenticatedAt, ...begin }) {
      const session = await records.write({ ...begin, id: newId('session'), entered: null, startedAt: now() });
      const endedAt = await store.get(endedKey(begin.holder));
      if (endedAt !== null && Number(endedAt) >= authenticatedAt) {
        await records.drop(begin.holder, [session.secretHash]);
        return null;
      }
      const surplus = (await records.list(begin.holder)).slice(perHolderMax).map(hashOf);
      if (surplus.length > 0) await records.drop(begin.holder, surplus);
      return session;
    },

    async find(secret) {
      const hash = hashSecret(secret);
      const [session, fading] = await Promise.all([records.read(hash), store.get(sessionKeys(hash).fading)]);
      if (fading !== null) {
        const record = JSON.parse(fading) as SessionRecord;
        return { record, secretHash: hash, lastSeenAt: now(), isFading: true, newSecret: null };
      }
      if (session === null) return null;
      if (now() - session.lastSeenAt >= seenEveryMs) await store.set(sessionKeys(hash).seen, String(now()), idleMs);
      return { ...session, isFading: false, newSecret: null };
    },

    async rotate({ record, secretHash, isFading }, change) {
      if (isFading) return null;
      const keys = sessionKeys(secretHash);
      if (!(await store.add(keys.fading, JSON.stringify(record), fadingMs))) return null;
      const next = await records.write({ ...record, ...change });
      const old = await store.take(keys.record);
      if (old !== null) {
        await store.delete([keys.seen]);
        return next;
      }
      // Ended while it was being changed: neither secret may live on.
      await records.drop(record.holder, [secretHash, next.secretHash]);
      return null;
    },

    async end(holder, id) {
      const hashes = (await records.list(holder)).filter(({ record }) => record.id === id).map(hashOf);
      if (hashes.length === 0) return false;
      await records.drop(holder, hashes);
      return true;
    },
  };
}
