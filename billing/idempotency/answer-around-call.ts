import type { Answer } from '../../contracts/answer.ts';
import { problemOf } from '../../contracts/problem.ts';
import { type ClaimResult, claimKey, releaseKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import { type OpeningTransaction, type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOf } from './answer-once.ts';
import { isFinalRefusal, refusalAsAnswer } from './refusal-as-answer.ts';

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

  const known = await claimAndCheck(context, call, steps.check);
  if (known) return known;

  const asked = await askOrRefuse(steps.ask);
  if (asked.kind === 'failed') {
    if (claim) await transact((tx) => releaseKey(tx, claim));
    throw asked.error;
  }
  return transact(async (tx) => {
    const answer =
      asked.kind === 'refused' ? asked.answer : await refusalAsAnswer(tx, (inner) => steps.settle(inner, asked.value));
    if (claim) storeAnswer(tx, claim, answer);
    return answer;
  });
}

/** Null once the key is taken and the check passed. */
async function claimAndCheck(
  context: BillingContext,
  { tenantId, claim }: Call,
  check: (tx: TenantTransaction) => Promise<void>,
): Promise<Answer | null> {
  const opening = async (transaction: OpeningTransaction) =>
    claim ? claimKey(transaction, claim, lockMs) : { kind: 'fresh' as const };
  const checking = async (tx: TenantTransaction, earlier: ClaimResult): Promise<Answer | null> => {
    const answer = answerOf(earlier);
    if (answer) return answer;
    const refused = await refusalAsAnswer(tx, async (inner) => {
      await check(inner);
      return passed;
    });
    if (refused === passed) return null;
    if (claim) storeAnswer(tx, claim, refused);
    return refused;
  };
  return withTenant(context.database, tenantId, checking, { opening });
}

const passed: Answer = { status: 0, body: null };

type Outcome<Asked> =
  | { kind: 'asked'; value: Asked }
  | { kind: 'refused'; answer: Answer }
  /** Passes by itself: nothing is stored and the key is free again. */
  | { kind: 'failed'; error: unknown };

async function askOrRefuse<Asked>(ask: () => Promise<Asked>): Promise<Outcome<Asked>> {
  try {
    return { kind: 'asked', value: await ask() };
  } catch (error) {
    if (isFinalRefusal(error)) return { kind: 'refused', answer: problemOf(error) };
    return { kind: 'failed', error };
  }
}
