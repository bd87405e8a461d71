import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Sql } from '../../db/database.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { failClosed } from './fail-closed.ts';
import { hashRecordId, withoutId } from './record-id.ts';

/**
 * How long a refresh token that was rotated away still works: an answer lost on the way may be asked for again, and a browser's
 * two tabs may ask at once. Used later than that, it was stolen from one of two.
 */
const reuseGraceMs = 10 * SECOND_MS;

interface Row {
  payload: AdapterPayload;
  consumedAt: number | null;
  now: number;
}

/** Grants and refresh tokens, in PostgreSQL: they outlive a restart of Redis, and their end must too. */
export function createDurableRecords(sql: Sql, model: string): Adapter {
  async function find(id: string): Promise<AdapterPayload | undefined> {
    const [row] = await sql<Row[]>`
      select payload, consumed_at, clock_timestamp() as now from identity.oidc_records
      where model = ${model} and id = ${hashRecordId(id)} and (expires_at is null or expires_at > clock_timestamp())`;
    if (row === undefined) return undefined;
    const isReused = row.consumedAt !== null && row.now - row.consumedAt > reuseGraceMs;
    return { ...row.payload, jti: id, ...(isReused ? { consumed: true } : {}) };
  }

  return {
    find: (id) => failClosed(() => find(id)),
    upsert: (id, payload, expiresIn) =>
      failClosed(async () => {
        const expiresAt = expiresIn === undefined ? null : new Date(Date.now() + expiresIn * SECOND_MS);
        await sql`
          insert into identity.oidc_records (model, id, payload, grant_id, expires_at)
          values (${model}, ${hashRecordId(id)}, ${sql.json(withoutId(payload) as never)}, ${payload.grantId ?? null}, ${expiresAt})
          on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
            expires_at = excluded.expires_at`;
      }),
    consume: (id) =>
      failClosed(async () => {
        await sql`update identity.oidc_records set consumed_at = coalesce(consumed_at, clock_timestamp())
          where model = ${model} and id = ${hashRecordId(id)}`;
      }),
    destroy: (id) =>
      failClosed(async () => {
        await sql`delete from identity.oidc_records where model = ${model} and id = ${hashRecordId(id)}`;
      }),
    revokeByGrantId: (grantId) =>
      failClosed(async () => {
        await sql`delete from identity.oidc_records where model = ${model} and grant_id = ${grantId}`;
      }),
    // Of records kept here none is looked for by anything but its id.
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  };
}

/** What nobody can use any more; a few at a time, so that no lock is held for long. */
export async function removeExpiredRecords(sql: Sql): Promise<number> {
  const removed = await sql`
    delete from identity.oidc_records where (model, id) in
      (select model, id from identity.oidc_records where expires_at < clock_timestamp() limit 500)`;
  return removed.count;
}
