import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { DAY_MS, SECOND_MS } from '../../domain/instant.ts';
import { failClosed } from './fail-closed.ts';
import { hashRecordId, withoutId } from './record-id.ts';

/** Every record of this kind has a life; this is only for one that forgot to say. */
const lifeDefaultMs = DAY_MS;

/** Codes, sessions, interactions, one-time proofs, in Redis. `claim` is what makes one use of two at the same instant. */
export function createShortLivedRecords(store: ShortLivedStore, model: string): Adapter {
  const keyOf = (id: string): string => `${model}:${hashRecordId(id)}`;
  const consumedOf = (id: string): string => `${model}:consumed:${hashRecordId(id)}`;
  const uidKeyOf = (uid: string): string => `${model}:uid:${hashRecordId(uid)}`;
  const grantKeyOf = (grantId: string): string => `${model}:grant:${hashRecordId(grantId)}`;

  async function read(key: string): Promise<AdapterPayload | undefined> {
    const text = await store.get(key);
    return text === null ? undefined : (JSON.parse(text) as AdapterPayload);
  }

  async function find(id: string): Promise<AdapterPayload | undefined> {
    const [payload, consumed] = await Promise.all([read(keyOf(id)), store.get(consumedOf(id))]);
    return payload && { ...payload, jti: id, ...(consumed === null ? {} : { consumed: true }) };
  }

  async function upsert(id: string, payload: AdapterPayload, lifeMs: number): Promise<void> {
    const text = JSON.stringify(withoutId(payload));
    if (model === 'ReplayDetection') {
      if (await store.add(keyOf(id), text, lifeMs)) return;
      throw new errors.InvalidClientAuth('the assertion was used before');
    }
    await store.set(keyOf(id), text, lifeMs);
    if (payload.uid !== undefined && model === 'Session') await store.set(uidKeyOf(payload.uid), keyOf(id), lifeMs);
    if (payload.grantId !== undefined) await store.join(grantKeyOf(payload.grantId), keyOf(id), lifeMs);
  }

  async function claim(id: string): Promise<void> {
    if (await store.add(consumedOf(id), '1', lifeDefaultMs)) return;
    throw new errors.InvalidGrant('the code was used before');
  }

  return {
    find: (id) => failClosed(() => find(id)),
    upsert: (id, payload, expiresIn) => {
      const lifeMs = expiresIn === undefined ? lifeDefaultMs : Math.max(1, expiresIn * SECOND_MS);
      return failClosed(() => upsert(id, payload, lifeMs));
    },
    consume: (id) => failClosed(() => claim(id)),
    destroy: (id) => failClosed(() => store.delete([keyOf(id)])),
    findByUid: (uid) =>
      failClosed(async () => {
        const key = await store.get(uidKeyOf(uid));
        return key === null ? undefined : read(key);
      }),
    revokeByGrantId: (grantId) =>
      failClosed(async () => {
        const set = grantKeyOf(grantId);
        await store.delete([...(await store.members(set)), set]);
      }),
    findByUserCode: async () => undefined,
  };
}
