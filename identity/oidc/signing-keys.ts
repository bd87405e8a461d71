import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Sql, Transaction } from '../../db/database.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { signingKeyPurpose } from '../../db/queries/sealed-identity.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, toIso } from '../../domain/instant.ts';
import type { Sealer } from '../../runtime/sealer.ts';
import { platformScope } from '../principal.ts';

/**
 * The keys that sign tokens. Each is published first, signs from `active_from` until the next one does, and stays published
 * until everything it signed has expired. Private keys leave the database only sealed.
 */
export interface SigningKey {
  id: string;
  privateJwk: JWK;
  activeFrom: Instant;
}

/** OpenID Connect Core §15.1 asks every server for it; checking a signature is cheap, which the API does at every call. */
export const signingAlgorithm = 'RS256';

/** How long a key is published before it signs: longer than anybody may keep the key set without asking again. */
export const publishedAheadMs = 15 * MINUTE_MS;

/** Longer than any token lives. */
const keptAfterMs = 2 * HOUR_MS;
const rotatedAfterMs = 30 * DAY_MS;

/** Those to be published, the one that signs in front. */
export async function loadSigningKeys(sql: Sql | Transaction, sealer: Sealer): Promise<SigningKey[]> {
  const rows = await sql<
    { id: string; privateJwk: Uint8Array; sealedBy: string; activeFrom: Instant; isDue: boolean }[]
  >`
    select id, private_jwk, sealed_by, active_from, active_from <= clock_timestamp() as is_due
    from identity.signing_keys where expires_at is null or expires_at > clock_timestamp()
    order by is_due desc, active_from desc, id`;
  return rows.map(({ id, privateJwk, sealedBy, activeFrom }) => ({
    id,
    privateJwk: JSON.parse(sealer.open({ sealed: privateJwk, sealedBy }, signingKeyPurpose({ id }))) as JWK,
    activeFrom,
  }));
}

/** A further key, which takes over once it has been published for `aheadMs`; the very first signs at once. */
export function rotateSigningKeys(sql: Sql, sealer: Sealer, aheadMs = publishedAheadMs): Promise<string> {
  return inTurn(sql, (tx) => addKey(tx, sealer, { aheadMs, actor: 'operator' }));
}

/** Only where there is none, or the last one was made 30 days ago; several processes may ask at once. */
export function rotateWhenDue(sql: Sql, sealer: Sealer): Promise<string | null> {
  return inTurn(sql, async (tx) => {
    const [youngest] = await tx<{ ageMs: number }[]>`
      select extract(epoch from clock_timestamp() - max(created_at))::float8 * 1000 as age_ms
      from identity.signing_keys having count(*) > 0`;
    return youngest === undefined || youngest.ageMs > rotatedAfterMs
      ? addKey(tx, sealer, { aheadMs: publishedAheadMs, actor: 'identity' })
      : null;
  });
}

/** One rotation at a time, whoever asks. */
function inTurn<T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('identity.signing_keys'))`;
    return work(tx);
  }) as Promise<T>;
}

/** Audited where the platform's own doings are. */
async function addKey(
  tx: Transaction,
  sealer: Sealer,
  { aheadMs, actor }: { aheadMs: number; actor: 'operator' | 'identity' },
): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair(signingAlgorithm, { modulusLength: 2048, extractable: true });
  const id = `sig_${crypto.randomUUID().replaceAll('-', '')}`;
  const common = { kid: id, alg: signingAlgorithm, use: 'sig' };
  const { sealed, sealedBy } = sealer.seal(
    JSON.stringify({ ...(await exportJWK(privateKey)), ...common }),
    signingKeyPurpose({ id }),
  );
  const publicJwk = { ...(await exportJWK(publicKey)), ...common };
  const [first] = await tx<{ count: number; replaced: string | null }[]>`
    select count(*)::int as count, max(id) filter (where expires_at is null) as replaced from identity.signing_keys`;
  const [added] = await tx<{ activeFrom: Instant }[]>`
    insert into identity.signing_keys (id, algorithm, public_jwk, private_jwk, sealed_by, active_from)
    values (${id}, ${signingAlgorithm}, ${tx.json(publicJwk as never)}, ${Buffer.from(sealed)}, ${sealedBy},
            clock_timestamp() + ${first?.count === 0 ? 0 : aheadMs} * interval '1 millisecond')
    returning active_from`;
  const endsAt = new Date((added?.activeFrom ?? Date.now()) + keptAfterMs);
  await tx`update identity.signing_keys set expires_at = ${endsAt} where id <> ${id} and expires_at is null`;
  await tx`delete from identity.signing_keys where expires_at < clock_timestamp() - interval '1 day'`;
  const details = { active_from: toIso(added?.activeFrom ?? Date.now()), replaces: first?.replaced ?? null };
  const audit = { tenantId: platformScope, actor, requestId: null, details };
  await writeAudit(tx, { ...audit, action: 'signing_key.added', resourceId: id });
  return id;
}
