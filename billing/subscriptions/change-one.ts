import type { Answer } from '../../contracts/answer.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { refuseUnlessAllowed } from '../../domain/subscriptions/allowed-commands.ts';
import type { Command } from '../../domain/subscriptions/subscription.ts';
import { isLeased } from '../attempts/mark-sent.ts';
import type { Call } from '../call.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { settle } from '../subscription-work/settle.ts';
import { loadWork, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { refuseGroupConflict } from './refuse-group-conflict.ts';

/** Every command on one subscription: one transaction under its lock, its answer stored under the key, then the wake. */
export async function changeOne(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  act: (work: SubscriptionWork) => Promise<() => Answer | Promise<Answer>>,
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const work = await loadWork(tx, id, call.caller);
    if (!work) throw unknownSubscription();
    const render = await act(work);
    owed.push(...(await refuseGroupConflict(() => settle(work, 'command'))).intents);
    return render();
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}

export function unknownSubscription(): DomainError {
  return new DomainError('not_found', 'There is no such resource.');
}

/** R21's table, and what passes by itself: an advance of the test clock, the first payment's call. */
export function refuseUnless(work: SubscriptionWork, command: Command): void {
  refuseWhileAdvancing(work);
  refuseUnlessAllowed(command, factsOfCommand(work));
}

export function refuseWhileAdvancing(work: SubscriptionWork): void {
  // A parked subscription would never arrive.
  if (work.clock && work.clock.targetAt !== null && work.sub.parkedAt === null) {
    throw new DomainError('clock_advancing', 'The test clock is being advanced; try again when it has arrived.');
  }
}

export function factsOfCommand(work: Pick<SubscriptionWork, 'sub' | 'tx' | 'open'>) {
  const { sub, open, tx } = work;
  const firstCallRunning = sub.status === 'incomplete' && open.attempts.some((attempt) => isLeased(attempt, tx.now));
  return {
    status: sub.status,
    collection: sub.collection,
    cancelAt: sub.cancelAt,
    parked: sub.parkedAt !== null,
    firstCallRunning,
  };
}
