import type { Answer } from '../../contracts/answer.ts';
import { problemOf } from '../../contracts/problem.ts';
import {
  type ClaimResult,
  claimKey,
  type HeldClaim,
  keepClaim,
  releaseKey,
  storeAnswer,
} from '../../db/queries/idempotency-keys.ts';
import { type OpeningTransaction, type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOf } from './answer-once.ts';
import { isFinalRefusal, refusalAsAnswer } from './refusal-as-answer.ts';

const lockMs = MINUTE_MS;

/**
 * A call that asks a provider between two transactions, none of them open meanwhile. The first claims the key; what is asked must
 * be repeatable, for a process that dies in between leaves a claim that the same request takes over once its lock has run out. A
 * call that was only slow then settles nothing, and is answered with what became of the other.
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
  const { database } = context;
  const { tenantId } = call;
  const claimed = await claimAndCheck(context, call, steps.check);
  if ('answer' in claimed) return claimed.answer;
  const { held } = claimed;

  const asked = await askOrRefuse(steps.ask);
  if (asked.kind === 'failed') {
    if (held) await withTenant(database, tenantId, (tx) => releaseKey(tx, held));
    throw asked.error;
  }
  const opening = async (transaction: OpeningTransaction) => held && keepClaim(transaction, held);
  const settling = async (tx: TenantTransaction, kept: ClaimResult | null): Promise<Answer> => {
    const known = kept && answerOf(kept);
    if (known) return known;
    const answer =
      asked.kind === 'refused' ? asked.answer : await refusalAsAnswer(tx, (inner) => steps.settle(inner, asked.value));
    if (held) storeAnswer(tx, held, answer);
    return answer;
  };
  return withTenant(database, tenantId, settling, { opening });
}

/** Its answer, or, once the key is taken and the check passed, what it holds: nothing without a key. */
async function claimAndCheck(
  context: BillingContext,
  { tenantId, claim }: Call,
  check: (tx: TenantTransaction) => Promise<void>,
): Promise<{ answer: Answer } | { held: HeldClaim | null }> {
  const opening = async (transaction: OpeningTransaction) => claim && claimKey(transaction, claim, lockMs);
  const checking = async (tx: TenantTransaction, earlier: ClaimResult | null) => {
    const answer = earlier && answerOf(earlier);
    if (answer) return { answer };
    const refused = await refusalAsAnswer(tx, async (inner) => {
      await check(inner);
      return passed;
    });
    if (refused === passed) return { held: earlier?.kind === 'fresh' ? earlier.held : null };
    if (claim) storeAnswer(tx, claim, refused);
    return { answer: refused };
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
