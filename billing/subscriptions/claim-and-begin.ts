import { problemOf } from '../../contracts/problem.ts';
import { newId } from '../../db/new-id.ts';
import { claimKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Enter } from '../attempts/provider-gates.ts';
import type { Call } from '../call.ts';
import { type BegunSubscription, beginSubscription, firstChargeLeaseMs } from './begin-subscription.ts';
import type { CreateSubscriptionInput } from './new-subscription.ts';
import { renderCreatedAgain } from './render-created.ts';

/** The first transaction of a create, once per idempotency key: a repeated one is answered with what the first has come to. */
export async function claimAndBegin(
  tx: TenantTransaction,
  call: Call,
  input: CreateSubscriptionInput,
  enter?: Enter,
): Promise<BegunSubscription> {
  const id = newId('subscription');
  if (!call.claim) return beginSubscription(tx, call, input, id, enter);
  const earlier = await claimKey(tx, call.claim, firstChargeLeaseMs, id);
  if (earlier.kind === 'answered') return { answer: earlier.answer, sending: null, intents: [] };
  if (earlier.kind === 'unsettled') {
    return { answer: await renderCreatedAgain(tx, earlier.resourceId), sending: null, intents: [] };
  }
  const begun = await beginOrRefuse(tx, call, { input, id, enter });
  // An undecided answer is not stored: a repeated key gets the state it has come to by then.
  if (begun.answer && begun.answer.status !== 202) await storeAnswer(tx, call.claim, begun.answer);
  return begun;
}

/** A refusal commits with its claim, so that a repeated key gets it again. */
async function beginOrRefuse(
  tx: TenantTransaction,
  call: Call,
  begin: { input: CreateSubscriptionInput; id: SubscriptionId; enter: Enter | undefined },
): Promise<BegunSubscription> {
  try {
    return (await tx.sql.savepoint((sql) =>
      beginSubscription({ ...tx, sql }, call, begin.input, begin.id, begin.enter),
    )) as BegunSubscription;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { answer: problemOf(error), sending: null, intents: [] };
  }
}
