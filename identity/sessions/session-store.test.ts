import { beforeEach, describe, expect, it } from 'vitest';
import {
  createMemoryShortLivedStore,
  type MemoryShortLivedStore,
} from '../../adapters/short-lived/memory-short-lived-store.ts';
import { newId } from '../../db/new-id.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { OpenSession, SessionHolder } from './session.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';

let at = 0;
let store: MemoryShortLivedStore;
let sessions: SessionStore;
let holder: SessionHolder;
const tenantId = newId('tenant');

beforeEach(() => {
  at = Date.UTC(2026, 0, 1);
  store = createMemoryShortLivedStore(() => at);
  sessions = createSessionStore({ store, now: () => at });
  holder = { kind: 'user', userId: newId('user') };
});

async function start(authenticatedAt = at): Promise<OpenSession & { newSecret: string }> {
  const from = { ipAddress: '192.0.2.1', userAgent: 'test', returnUrl: null };
  const session = await sessions.start({ holder, tenantId, role: 'admin', ...from, authenticatedAt });
  if (session?.newSecret == null) throw new Error('no session');
  return { ...session, newSecret: session.newSecret };
}

const secondsLater = (seconds: number) => {
  at += seconds * SECOND_MS;
};

describe('a session', () => {
  it('is found by its secret of 32 random bytes, and the secret is stored nowhere', async () => {
    const [one, other] = [await start(), await start()];
    expect(one.newSecret).toMatch(/^[\w-]{43}$/);
    expect(one.newSecret).not.toBe(other.newSecret);
    expect((await sessions.find(one.newSecret))?.record).toEqual(one.record);
    expect(store.dump()).not.toContain(one.newSecret);
    expect(await sessions.find(one.secretHash.slice(0, 43))).toBeNull();
  });

  it('is over after half an hour without a call, and goes on for as long as calls come', async () => {
    const idle = await start();
    const busy = await start();
    for (let call = 0; call < 4; call += 1) {
      secondsLater(20 * 60);
      expect(await sessions.find(busy.newSecret)).not.toBeNull();
    }
    expect(await sessions.find(idle.newSecret)).toBeNull();
    secondsLater(30 * 60);
    expect(await sessions.find(busy.newSecret)).toBeNull();
  });

  it('is over twelve hours after signing in, whatever was called and however often its secret changed', async () => {
    let { newSecret } = await start();
    const endsAt = at + 12 * HOUR_MS;
    for (; at < endsAt - 10 * MINUTE_MS; at += 10 * MINUTE_MS) {
      const session = await sessions.find(newSecret);
      if (session === null) throw new Error('over too early');
      const rotated = await sessions.rotate(session, {});
      newSecret = rotated?.newSecret ?? '';
    }
    expect(await sessions.find(newSecret)).not.toBeNull();
    at = endsAt;
    expect(await sessions.find(newSecret)).toBeNull();
  });

  it('writes that it was seen at most once a minute', async () => {
    const { newSecret } = await start();
    const before = store.writes;
    for (let call = 0; call < 59; call += 1) {
      secondsLater(1);
      await sessions.find(newSecret);
    }
    expect(store.writes).toBe(before);
    secondsLater(1);
    await sessions.find(newSecret);
    expect(store.writes).toBe(before + 1);
  });
});

describe('a change of the secret', () => {
  it('leaves the session its name, and the old secret a few seconds in which it changes nothing', async () => {
    const old = await start();
    const next = await sessions.rotate(old, { role: 'viewer' });
    expect(next?.newSecret).not.toBe(old.newSecret);
    expect(next?.record).toEqual({ ...old.record, role: 'viewer' });
    const fading = await sessions.find(old.newSecret);
    expect(fading).toMatchObject({ isFading: true, record: { role: 'admin' } });
    expect(await sessions.rotate(fading as OpenSession, { role: 'owner' })).toBeNull();
    secondsLater(5);
    expect(await sessions.find(old.newSecret)).toBeNull();
    expect(await sessions.find(next?.newSecret ?? '')).not.toBeNull();
  });

  it('is made once by calls at the same time', async () => {
    const old = await start();
    const changed = await Promise.all(Array.from({ length: 5 }, () => sessions.rotate(old, { role: 'viewer' })));
    expect(changed.filter((one) => one !== null)).toHaveLength(1);
    expect(await sessions.list(holder)).toHaveLength(1);
  });

  it('brings back no session that was ended meanwhile', async () => {
    const old = await start();
    await sessions.end(holder, old.record.id);
    expect(await sessions.rotate(old, {})).toBeNull();
    expect(await sessions.list(holder)).toEqual([]);
    expect(await sessions.find(old.newSecret)).toBeNull();
  });
});

describe('ending', () => {
  it('ends one by its name, at once, also what its old secret still answers', async () => {
    const [one, other] = [await start(), await start()];
    const rotated = await sessions.rotate(one, {});
    expect(await sessions.end(holder, one.record.id)).toBe(true);
    expect(await sessions.end(holder, one.record.id)).toBe(false);
    expect(await sessions.find(rotated?.newSecret ?? '')).toBeNull();
    expect(await sessions.find(other.newSecret)).not.toBeNull();
  });

  it('ends nobody else’s', async () => {
    const one = await start();
    const stranger: SessionHolder = { kind: 'user', userId: newId('user') };
    expect(await sessions.end(stranger, one.record.id)).toBe(false);
    expect(await sessions.find(one.newSecret)).not.toBeNull();
  });

  it('ends all of a user, those whose secret is being changed, and a sign-in made before', async () => {
    const all = [await start(), await start(), await start()];
    const provenAt = at;
    secondsLater(1);
    await Promise.all([sessions.rotate(all[0] as OpenSession, {}), sessions.endAll(holder)]);
    expect(await sessions.list(holder)).toEqual([]);
    await Promise.all(all.map(async ({ newSecret }) => expect(await sessions.find(newSecret)).toBeNull()));
    const from = { ipAddress: null, userAgent: null, returnUrl: null };
    expect(await sessions.start({ holder, tenantId, role: 'admin', ...from, authenticatedAt: provenAt })).toBeNull();
    secondsLater(1);
    expect((await start()).record.holder).toEqual(holder);
    expect(await sessions.list(holder)).toHaveLength(1);
  });

  it('keeps no more than fifty of one holder, the newest', async () => {
    const first = await start();
    for (let count = 0; count < 50; count += 1) {
      secondsLater(1);
      await start();
    }
    expect(await sessions.list(holder)).toHaveLength(50);
    expect(await sessions.find(first.newSecret)).toBeNull();
  });
});

it('opens nothing while the store is away', async () => {
  const { newSecret } = await start();
  store.isAway = true;
  await expect(sessions.find(newSecret)).rejects.toThrow('away');
  await expect(start()).rejects.toThrow('away');
});
