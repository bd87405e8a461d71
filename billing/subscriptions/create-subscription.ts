import { performance } from 'node:perf_hooks';
import type { Answer } from '../../contracts/answer.ts';
import { storeAnswer } from '../../db/queries/idempotency-keys.ts';
import { deleteIntents } from '../../db/queries/intents.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { invariant } from '../../domain/invariant.ts';
import { type Enter, openGates, withPlaces } from '../attempts/provider-gates.ts';
import { sendCharge, synchronousDeadlineMs } from '../attempts/send-charge.ts';
import { loadAttemptIntoWork } from '../attempts/with-attempt.ts';
import type { Call } from '../call.ts';
import { applyChargeResult } from '../collection/apply-charge-result.ts';
import type { BillingContext } from '../context.ts';
import { settle } from '../subscription-work/settle.ts';
import { continueWork, lockAgain } from '../subscription-work/subscription-work.ts';
import { claimAndBegin } from './claim-and-begin.ts';
import type { CreateSubscriptionInput } from './new-subscription.ts';
import { renderCreated } from './render-created.ts';

/**
 * R20. Synchronous, and independent of the engine: one transaction commits the subscription with its attempt `sent`, the
 * provider is called, a second one commits the outcome. A process that dies between the two leaves a lease that ends and an
 * intent that starts the workflow, which finds out.
 */
export function createSubscription(
  context: BillingContext,
  call: Call,
  input: CreateSubscriptionInput,
): Promise<Answer> {
  const deadline = performance.now() + synchronousDeadlineMs;
  const { enter } = context.gates ?? openGates;
  return withPlaces(enter, (enterProvider) => create(context, call, { input, deadline, enter: enterProvider }));
}

async function create(
  context: BillingContext,
  call: Call,
  asked: { input: CreateSubscriptionInput; deadline: number; enter: Enter },
): Promise<Answer> {
  const { input, deadline, enter } = asked;
  const begun = await claimAndBegin(context, call, input, enter);
  if (!begun.sending) {
    context.sendIntents(begun.intents);
    invariant(begun.answer, 'a create without a charge is answered at once');
    return begun.answer;
  }
  const { attempt, leaseId, work: begunWork } = begun.sending;
  const sent = await sendCharge(context, attempt, deadline);
  const finish = async (tx: TenantTransaction, version: number | null) => {
    const work = await continueWork(tx, begunWork, version, call.caller);
    const current = await loadAttemptIntoWork(work, attempt.id);
    await applyChargeResult(work, current, sent.result, leaseId);
    // The intent of the first transaction guarded the lease; from here the workflow's real start takes its place.
    deleteIntents(
      tx,
      begun.intents.map(({ id }) => id),
    );
    work.sub.sleepingUntil = null;
    const { intents } = await settle(work, 'command');
    const answer = renderCreated(work);
    // An undecided answer is not stored: a repeated key gets the state it has come to by then.
    if (call.claim && answer.status !== 202) storeAnswer(tx, call.claim, answer);
    return { answer, intents };
  };
  const finished = await withTenant(context.database, call.tenantId, finish, { opening: lockAgain(begunWork) });
  context.sendIntents(finished.intents);
  return finished.answer;
}
