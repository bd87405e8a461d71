import { describe, expect, it } from 'vitest';
import { createMemoryCache } from '../../adapters/cache/memory-cache.ts';
import type { Call } from '../../billing/call.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createReplayCache } from './replay-cache.ts';

function callOf(more: { tenantId?: string; actor?: string; key?: string; hash?: string } = {}): Call {
  const { tenantId = 'ten_1', actor = 'key_1', key = 'order 17', hash = 'h1' } = more;
  const caller = { actor, origin: 'api' as const, requestId: null };
  return { tenantId: tenantId as TenantId, caller, claim: { key, hash } };
}

const stored = { status: 201, body: { id: 'sub_1' }, replayed: true };

describe('copies of stored answers', () => {
  it('repeat what PostgreSQL has replayed, for this very request alone', async () => {
    const replays = createReplayCache(createMemoryCache());
    replays.keep(callOf(), stored);
    expect(await replays.find(callOf())).toEqual(stored);
    expect(await replays.find(callOf({ hash: 'h2' }))).toBeNull();
    expect(await replays.find(callOf({ key: 'order 18' }))).toBeNull();
    expect(await replays.find(callOf({ tenantId: 'ten_2' }))).toBeNull();
    expect(await replays.find(callOf({ actor: 'key_2' }))).toBeNull();
    expect(await replays.find({ ...callOf(), claim: null })).toBeNull();
  });

  it.each([
    ['the first answer, whose transaction this does not see', { ...stored, replayed: false }],
    ['an answer that may still change', { ...stored, status: 202 }],
    ['one too large to be worth it', { ...stored, body: 'x'.repeat(40_000) }],
  ])('are never %s', async (_what, answer) => {
    const replays = createReplayCache(createMemoryCache());
    replays.keep(callOf(), answer);
    expect(await replays.find(callOf())).toBeNull();
  });
});
