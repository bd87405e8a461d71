import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { newId } from '../../db/new-id.ts';
import type { SessionId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { hashSecret, makeSecret } from './secret.ts';
import { absoluteMs, holderKey, idleMs, type OpenSession, type SessionHolder, type SessionRecord } from './session.ts';

export interface SessionStore {
  /** Null where the holder's sessions were all ended after `authenticatedAt`. */
  start(begin: SessionStart): Promise<OpenSession | null>;
  /** Null for a secret that opens nothing, or no longer. Writes at most once a minute. */
  find(secret: string): Promise<OpenSession | null>;
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

export interface ListedSession {
  record: SessionRecord;
  secretHash: string;
  lastSeenAt: Instant;
}

/** Of the store's keys: the API's, and the identity service's, which ends the sessions of who has a new password. */
export const sessionsPrefix = 'redcore:';

const seenEveryMs = MINUTE_MS;
/** For requests that were under way with the old secret; within what a removed member is seen in. */
const fadingMs = 4 * SECOND_MS;
const perHolderMax = 50;
const passesMax = 20;

/**
 * Sessions in the short-lived store, under the SHA-256 of their secret. The record never changes in place and what does (when it
 * was last seen) is a key of its own, so that no late write brings an ended session back.
 */
export function createSessionStore(parts: { store: ShortLivedStore; now?: () => Instant }): SessionStore {
  const { store, now = Date.now } = parts;
  const setOf = (holder: SessionHolder) => `sessions:${holderKey(holder)}`;
  const keysOf = (hash: string) => ({
    record: `session:${hash}`,
    seen: `session-seen:${hash}`,
    fading: `session-fading:${hash}`,
  });
  const endedKey = (holder: SessionHolder) => `sessions-ended:${holderKey(holder)}`;

  async function read(hash: string): Promise<ListedSession | null> {
    const keys = keysOf(hash);
    const [text, seen] = await Promise.all([store.get(keys.record), store.get(keys.seen)]);
    if (text === null || seen === null) return null;
    const record = JSON.parse(text) as SessionRecord;
    const lastSeenAt = Number(seen);
    const isOver = now() - record.startedAt >= absoluteMs || now() - lastSeenAt >= idleMs;
    return isOver ? null : { record, secretHash: hash, lastSeenAt };
  }

  async function write(record: SessionRecord): Promise<OpenSession> {
    const secret = makeSecret();
    const secretHash = hashSecret(secret);
    const keys = keysOf(secretHash);
    const leftMs = Math.max(1, record.startedAt + absoluteMs - now());
    await Promise.all([
      store.set(keys.record, JSON.stringify(record), leftMs),
      store.set(keys.seen, String(now()), idleMs),
    ]);
    // After the record, or a list read between would take it for dead and forget it. Its secret is nobody's until this is done.
    await store.join(setOf(record.holder), secretHash, absoluteMs);
    return { record, secretHash, lastSeenAt: now(), isFading: false, newSecret: secret };
  }

  function forget(hashes: readonly string[]): Promise<void> {
    return store.delete(hashes.flatMap((hash) => Object.values(keysOf(hash))));
  }

  async function drop(holder: SessionHolder, hashes: readonly string[]): Promise<void> {
    await forget(hashes);
    await store.leave(setOf(holder), hashes);
  }

  async function list(holder: SessionHolder): Promise<ListedSession[]> {
    const hashes = await store.members(setOf(holder));
    const found = await Promise.all(hashes.map(async (hash) => ({ hash, session: await read(hash) })));
    const isGone = async (hash: string) => (await store.get(keysOf(hash).fading)) === null;
    const dead = found.filter(({ session }) => session === null).map(({ hash }) => hash);
    const gone = await Promise.all(dead.map(async (hash) => ((await isGone(hash)) ? [hash] : [])));
    await store.leave(setOf(holder), gone.flat());
    const live = found.flatMap(({ session }) => (session ? [session] : []));
    return live.sort((a, b) => b.record.startedAt - a.record.startedAt);
  }

  async function endAll(holder: SessionHolder): Promise<void> {
    await store.set(endedKey(holder), String(now()), absoluteMs);
    // A session whose secret changes meanwhile joins under the new one before it leaves the old: the next pass finds it.
    for (let pass = 0; pass < passesMax; pass += 1) {
      const hashes = await store.members(setOf(holder));
      if (hashes.length === 0) return;
      await drop(holder, hashes);
    }
    throw new Error('sessions are begun faster than they can be ended');
  }

  return {
    list,
    endAll,

    async start({ authenticatedAt, ...begin }) {
      const session = await write({ ...begin, id: newId('session'), entered: null, startedAt: now() });
      const endedAt = await store.get(endedKey(begin.holder));
      if (endedAt !== null && Number(endedAt) >= authenticatedAt) {
        await drop(begin.holder, [session.secretHash]);
        return null;
      }
      const surplus = (await list(begin.holder)).slice(perHolderMax);
      if (surplus.length > 0)
        await drop(
          begin.holder,
          surplus.map(({ secretHash }) => secretHash),
        );
      return session;
    },

    async find(secret) {
      const hash = hashSecret(secret);
      const [session, fading] = await Promise.all([read(hash), store.get(keysOf(hash).fading)]);
      if (fading !== null) {
        const record = JSON.parse(fading) as SessionRecord;
        return { record, secretHash: hash, lastSeenAt: now(), isFading: true, newSecret: null };
      }
      if (session === null) return null;
      if (now() - session.lastSeenAt >= seenEveryMs) await store.set(keysOf(hash).seen, String(now()), idleMs);
      return { ...session, isFading: false, newSecret: null };
    },

    async rotate({ record, secretHash, isFading }, change) {
      if (isFading) return null;
      const keys = keysOf(secretHash);
      if (!(await store.add(keys.fading, JSON.stringify(record), fadingMs))) return null;
      const next = await write({ ...record, ...change });
      const old = await store.take(keys.record);
      if (old !== null) {
        await store.delete([keys.seen]);
        return next;
      }
      // Ended while it was being changed: neither secret may live on.
      await drop(record.holder, [secretHash, next.secretHash]);
      return null;
    },

    async end(holder, id) {
      const hashes = (await list(holder)).filter(({ record }) => record.id === id).map(({ secretHash }) => secretHash);
      if (hashes.length === 0) return false;
      await drop(holder, hashes);
      return true;
    },
  };
}
