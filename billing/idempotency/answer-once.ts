import type { Answer } from '../../contracts/answer.ts';
import { passingRefusals, problemOf } from '../../contracts/problem.ts';
import { type Claim, claimKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import type { TenantDatabase, TenantTransaction } from '../../db/with-tenant.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { MINUTE_MS } from '../../domain/instant.ts';

const lockMs = MINUTE_MS;

/**
 * One transaction answers a call once per idempotency key: the claim, the work and the stored answer commit together
 * (design §8). A refusal is stored too, with the work rolled back to the claim; a refusal that passes by itself, and any
 * failure, rolls the claim back with it.
 */
export async function answerOnce(
  database: TenantDatabase,
  tenantId: TenantId,
  claim: Claim | null,
  work: (tx: TenantTransaction) => Promise<Answer>,
): Promise<Answer> {
  if (!claim) return withTenant(database, tenantId, work);
  return withTenant(database, tenantId, async (tx) => {
    const earlier = await claimKey(tx, claim, lockMs);
    if (earlier.kind === 'answered') return earlier.answer;
    if (earlier.kind === 'unsettled') {
      throw new DomainError('idempotency_key_in_use', 'The first call with this idempotency key is still running.');
    }
    const answer = await refusalAsAnswer(tx, work);
    await storeAnswer(tx, claim, answer);
    return answer;
  });
}

/** Runs the work in a savepoint, so that a refusal leaves nothing but itself. */
export async function refusalAsAnswer(
  tx: TenantTransaction,
  work: (tx: TenantTransaction) => Promise<Answer>,
): Promise<Answer> {
  try {
    return (await tx.sql.savepoint((sql) => work({ ...tx, sql }))) as Answer;
  } catch (error) {
    if (error instanceof DomainError && !passingRefusals.has(error.code)) return problemOf(error);
    throw error;
  }
}
