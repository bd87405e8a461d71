import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import type { Instant } from '../../domain/instant.ts';
import { hashSecret, makeSecret } from './secret.ts';
import { absoluteMs, holderKey, idleMs, type OpenSession, type SessionHolder, type SessionRecord } from './session.ts';

export interface ListedSession {
  record: SessionRecord;
  secretHash: string;
  lastSeenAt: Instant;
}

export function sessionKeys(hash: string) {
  return { record: `session:${hash}`, seen: `session-seen:${hash}`, fading: `session-fading:${hash}` };
}

/**
 * Sessions as the short-lived store has them, under the SHA-256 of their secret, and which of them are a holder's. The record never
 * changes in place and what does (when it was last seen) is a key of its own, so that no late write brings an ended session back.
 */
export function createSessionRecords(store: ShortLivedStore, now: () => Instant) {
  const setOf = (holder: SessionHolder) => `sessions:${holderKey(holder)}`;

  async function read(hash: string): Promise<ListedSession | null> {
    const keys = sessionKeys(hash);
    const [text, seen] = await Promise.all([store.get(keys.record), store.get(keys.seen)]);
    if (text === null || seen === null) return null;
    const record = JSON.parse(text) as SessionRecord;
    const lastSeenAt = Number(seen);
    const isOver = now() - record.startedAt >= absoluteMs || now() - lastSeenAt >= idleMs;
    return isOver ? null : { record, secretHash: hash, lastSeenAt };
  }

  /** As one whose secret has been replaced: it opens what it did, and changes nothing. */
  async function peek(hash: string): Promise<OpenSession | null> {
    const session = await read(hash);
    return session && { ...session, isFading: true, newSecret: null };
  }

  async function write(record: SessionRecord): Promise<OpenSession> {
    const secret = makeSecret();
    const secretHash = hashSecret(secret);
    const keys = sessionKeys(secretHash);
    const leftMs = Math.max(1, record.startedAt + absoluteMs - now());
    await Promise.all([
      store.set(keys.record, JSON.stringify(record), leftMs),
      store.set(keys.seen, String(now()), idleMs),
    ]);
    // After the record, or a list read between would take it for dead and forget it. Its secret is nobody's until this is done.
    await store.join(setOf(record.holder), secretHash, absoluteMs);
    return { record, secretHash, lastSeenAt: now(), isFading: false, newSecret: secret };
  }

  async function list(holder: SessionHolder): Promise<ListedSession[]> {
    const hashes = await store.members(setOf(holder));
    const found = await Promise.all(hashes.map(async (hash) => ({ hash, session: await read(hash) })));
    const isGone = async (hash: string) => (await store.get(sessionKeys(hash).fading)) === null;
    const dead = found.filter(({ session }) => session === null).map(({ hash }) => hash);
    const gone = await Promise.all(dead.map(async (hash) => ((await isGone(hash)) ? [hash] : [])));
    await store.leave(setOf(holder), gone.flat());
    const live = found.flatMap(({ session }) => (session ? [session] : []));
    return live.sort((a, b) => b.record.startedAt - a.record.startedAt);
  }

  async function drop(holder: SessionHolder, hashes: readonly string[]): Promise<void> {
    await store.delete(hashes.flatMap((hash) => Object.values(sessionKeys(hash))));
    await store.leave(setOf(holder), hashes);
  }

  return {
    read,
    peek,
    write,
    list,
    drop,
    /** Of all a holder has, those included that cannot be read yet or any more. */
    hashesOf: (holder: SessionHolder) => store.members(setOf(holder)),
  };
}
