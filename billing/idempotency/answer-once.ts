import type { Answer } from '../../contracts/answer.ts';
import { problemOf } from '../../contracts/problem.ts';
import { type Claim, type ClaimResult, claimKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import type { OpeningTransaction, TenantDatabase, TenantTransaction } from '../../db/with-tenant.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { isFinalRefusal } from './refusal-as-answer.ts';

const lockMs = MINUTE_MS;

/**
 * One transaction answers a call once per idempotency key: the claim, the work and the stored answer commit together
 * (design §8). A refusal rolls all of it back, and is then stored under the key by itself; one that passes by itself is
 * not, nor any failure.
 */
export async function answerOnce(
  database: TenantDatabase,
  tenantId: TenantId,
  claim: Claim | null,
  work: (tx: TenantTransaction) => Promise<Answer>,
): Promise<Answer> {
  if (!claim) return withTenant(database, tenantId, work);
  try {
    return await answerUnderClaim(database, tenantId, claim, work);
  } catch (error) {
    if (!isFinalRefusal(error)) throw error;
    // Of a key that another call took meanwhile, that one's answer holds.
    return answerUnderClaim(database, tenantId, claim, async () => problemOf(error));
  }
}

function answerUnderClaim(
  database: TenantDatabase,
  tenantId: TenantId,
  claim: Claim,
  work: (tx: TenantTransaction) => Promise<Answer>,
): Promise<Answer> {
  const opening = (transaction: OpeningTransaction) => claimKey(transaction, claim, lockMs);
  const answering = async (tx: TenantTransaction, earlier: ClaimResult): Promise<Answer> => {
    const known = answerOf(earlier);
    if (known) return known;
    const answer = await work(tx);
    storeAnswer(tx, claim, answer);
    return answer;
  };
  return withTenant(database, tenantId, answering, { opening });
}

/** Null for a key taken just now. */
export function answerOf(earlier: ClaimResult): Answer | null {
  if (earlier.kind === 'fresh') return null;
  if (earlier.kind === 'answered') return earlier.answer;
  throw new DomainError('idempotency_key_in_use', 'The first call with this idempotency key is still running.');
}
