import type { Answer } from '../../contracts/answer.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from './answer-once.ts';

/**
 * Answers with a secret in the `member` of the body. What is stored under the idempotency key has null there: a replay shows none,
 * and a lost answer is made good by another new secret. `shown` is null where none was made.
 */
export async function answerShowingOnce(
  call: Call & { context: BillingContext },
  { status, member }: { status: number; member: string },
  save: (tx: TenantTransaction) => Promise<{ body: object; shown: string | null }>,
): Promise<Answer> {
  let secret: string | null = null;
  const answer = await answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    const { body, shown } = await save(tx);
    secret = shown;
    return { status, body: { ...body, [member]: null } };
  });
  if (answer.status !== status || answer.replayed) return answer;
  return { ...answer, body: { ...(answer.body as object), [member]: secret } };
}
