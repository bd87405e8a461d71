import type { Answer } from '../../contracts/answer.ts';
import { passingRefusals, problemOf } from '../../contracts/problem.ts';
import { claimKey, releaseKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { refusalAsAnswer } from './answer-once.ts';

const lockMs = MINUTE_MS;

/**
 * A call that asks a provider between two transactions, none of them open meanwhile. The first claims the key; what is asked must
 * be repeatable, for a process that dies in between leaves a claim that the same request takes over once its lock has run out.
 */
export async function answerAroundCall<Asked>(
  context: BillingContext,
  call: Call,
  steps: {
    check: (tx: TenantTransaction) => Promise<void>;
    ask: () => Promise<Asked>;
    settle: (tx: TenantTransaction, asked: Asked) => Promise<Answer>;
  },
): Promise<Answer> {
  const { tenantId, claim } = call;
  const transact = <T>(work: (tx: TenantTransaction) => Promise<T>) => withTenant(context.database, tenantId, work);

  const known = await transact(async (tx) => {
    const earlier = claim ? await claimKey(tx, claim, lockMs) : { kind: 'fresh' as const };
    if (earlier.kind === 'answered') return earlier.answer;
    if (earlier.kind === 'unsettled') {
      throw new DomainError('idempotency_key_in_use', 'The first call with this idempotency key is still running.');
    }
    const refused = await refusalAsAnswer(tx, async (inner) => {
      await steps.check(inner);
      return { status: 0, body: null };
    });
    if (refused.status === 0) return null;
    if (claim) await storeAnswer(tx, claim, refused);
    return refused;
  });
  if (known) return known;

  const asked = await askOrRefuse(steps.ask);
  if (asked.kind === 'failed') {
    if (claim) await transact((tx) => releaseKey(tx, claim));
    throw asked.error;
  }
  return transact(async (tx) => {
    const answer =
      asked.kind === 'refused' ? asked.answer : await refusalAsAnswer(tx, (inner) => steps.settle(inner, asked.value));
    if (claim) await storeAnswer(tx, claim, answer);
    return answer;
  });
}

type Outcome<Asked> =
  | { kind: 'asked'; value: Asked }
  | { kind: 'refused'; answer: Answer }
  /** Passes by itself: nothing is stored and the key is free again. */
  | { kind: 'failed'; error: unknown };

async function askOrRefuse<Asked>(ask: () => Promise<Asked>): Promise<Outcome<Asked>> {
  try {
    return { kind: 'asked', value: await ask() };
  } catch (error) {
    if (error instanceof DomainError && !passingRefusals.has(error.code)) {
      return { kind: 'refused', answer: problemOf(error) };
    }
    return { kind: 'failed', error };
  }
}
