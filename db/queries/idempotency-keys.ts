import type { Answer } from '../../contracts/answer.ts';
import { DomainError } from '../../domain/errors.ts';
import { DAY_MS, type Instant, SECOND_MS } from '../../domain/instant.ts';
import type { OpeningTransaction, TenantTransaction } from '../with-tenant.ts';

/** An idempotency key with the hash of method, path and body it came with. */
export interface Claim {
  key: string;
  hash: string;
}

const keptMs = 7 * DAY_MS;
/** PostgreSQL's `json`, which keeps a text as it is. */
const jsonOid = 114;

/** A claim as one call took it. Whoever takes the key over locks it until later, so no two calls hold it by the same instant. */
export interface HeldClaim extends Claim {
  lockedUntil: Instant;
}

export type ClaimResult =
  | { kind: 'fresh'; held: HeldClaim }
  | { kind: 'answered'; answer: Answer }
  /** Claimed earlier and not answered yet; `resourceId` is what the first call made, if it got that far. */
  | { kind: 'unsettled'; resourceId: string | null };

/**
 * Takes the key, or says what became of the call that took it. A concurrent claim waits here for the other's commit.
 * Throws `idempotency_key_reused` for another request under the same key.
 */
export async function claimKey(
  { sql, tenantId, clock }: OpeningTransaction,
  claim: Claim,
  lockMs: number,
  resourceId?: string,
): Promise<ClaimResult> {
  const [taken] = await sql<{ lockedUntil: Instant }[]>`
    insert into idempotency_keys (tenant_id, key, request_hash, resource_id, locked_until, expires_at)
    values (${tenantId}, ${claim.key}, ${claim.hash}, ${resourceId ?? null},
            ${clock} + make_interval(secs => ${lockMs / SECOND_MS}), ${clock} + make_interval(secs => ${keptMs / SECOND_MS}))
    on conflict (tenant_id, key) do update
      set request_hash = excluded.request_hash, resource_id = excluded.resource_id, locked_until = excluded.locked_until,
          expires_at = excluded.expires_at, answer = null, answer_status = null, created_at = now()
      where idempotency_keys.expires_at < ${clock}
        or (idempotency_keys.answer_status is null and idempotency_keys.resource_id is null
            and idempotency_keys.request_hash = excluded.request_hash and idempotency_keys.locked_until < ${clock})
    returning locked_until`.execute();
  if (taken) return { kind: 'fresh', held: { ...claim, lockedUntil: taken.lockedUntil } };
  const [row] = await sql<
    {
      requestHash: string;
      resourceId: string | null;
      lockedUntil: Instant;
      answerStatus: number | null;
      answer: unknown;
    }[]
  >`select request_hash, resource_id, locked_until, answer_status, answer from idempotency_keys where key = ${claim.key}`;
  if (!row || row.requestHash !== claim.hash) {
    throw new DomainError('idempotency_key_reused', 'This idempotency key was used with another request.');
  }
  if (row.answerStatus !== null) {
    return { kind: 'answered', answer: { status: row.answerStatus, body: row.answer, replayed: true } };
  }
  return { kind: 'unsettled', resourceId: row.resourceId };
}

/**
 * Keeps the key this call's own until the transaction ends: `fresh` again. Where the lock had run out and another call took the key
 * over, what became of that one; `unsettled` too where it has given the key back.
 */
export async function keepClaim({ sql, tenantId }: OpeningTransaction, held: HeldClaim): Promise<ClaimResult> {
  const [row] = await sql<
    { lockedUntil: Instant; resourceId: string | null; answerStatus: number | null; answer: unknown }[]
  >`
    select locked_until, resource_id, answer_status, answer from idempotency_keys
    where tenant_id = ${tenantId} and key = ${held.key} and request_hash = ${held.hash} for update`.execute();
  if (row?.lockedUntil === held.lockedUntil) return { kind: 'fresh', held };
  if (row && row.answerStatus !== null) {
    return { kind: 'answered', answer: { status: row.answerStatus, body: row.answer, replayed: true } };
  }
  return { kind: 'unsettled', resourceId: row?.resourceId ?? null };
}

/** Goes out with the commit. For the transaction that took the key, or kept it, or whose key names what it made. */
export function storeAnswer(tx: TenantTransaction, claim: Claim, answer: Answer): void {
  const { sql } = tx;
  const write = sql`update idempotency_keys set answer_status = ${answer.status}, answer = ${sql.typed(answer.body as never, jsonOid)}
    where tenant_id = ${tx.tenantId} and key = ${claim.key}`;
  tx.alongside(write);
}

/** A stored 202 gives way to what its call has come to; an answer that was final stays. */
export async function replaceUndecidedAnswer(tx: TenantTransaction, key: string, answer: Answer): Promise<void> {
  const { sql, tenantId } = tx;
  await sql`update idempotency_keys set answer_status = ${answer.status}, answer = ${sql.typed(answer.body as never, jsonOid)}
    where tenant_id = ${tenantId} and key = ${key} and answer_status = 202`;
}

/** Frees a key whose call came to nothing, so that the same request may try again. One that was taken over stays the other's. */
export async function releaseKey(tx: TenantTransaction, held: HeldClaim): Promise<void> {
  await tx.sql`delete from idempotency_keys
    where tenant_id = ${tx.tenantId} and key = ${held.key} and locked_until = ${new Date(held.lockedUntil)}
      and answer_status is null`;
}
