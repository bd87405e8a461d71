import type { Answer } from '../../contracts/answer.ts';
import { passingRefusals, problemOf } from '../../contracts/problem.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';

/** Whether a call that ends so has its answer, and the same one however often it is made. */
export function isFinalRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && !passingRefusals.has(error.code);
}

/** Runs the work in a savepoint, so that a refusal leaves nothing but itself. */
export async function refusalAsAnswer(
  tx: TenantTransaction,
  work: (tx: TenantTransaction) => Promise<Answer>,
): Promise<Answer> {
  try {
    return (await tx.sql.savepoint((sql) => work({ ...tx, sql }))) as Answer;
  } catch (error) {
    if (isFinalRefusal(error)) return problemOf(error);
    throw error;
  }
}
