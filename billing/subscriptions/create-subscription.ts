import { performance } from 'node:perf_hooks';
import type { Answer } from '../../contracts/answer.ts';
import { problemOf } from '../../contracts/problem.ts';
import { newId } from '../../db/new-id.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { claimKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import { deleteIntents } from '../../db/queries/intents.ts';
import { loadNewSubscriptionFacts } from '../../db/queries/load-new-subscription.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { anchorAt } from '../../domain/calendar/anchor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { amountFor } from '../../domain/pricing/price.ts';
import { markSent } from '../attempts/mark-sent.ts';
import { sendCharge } from '../attempts/send-charge.ts';
import { loadAttemptIntoWork } from '../attempts/with-attempt.ts';
import type { Call } from '../call.ts';
import { applyChargeResult } from '../collection/apply-charge-result.ts';
import { enterTrial } from '../collection/enter-trial.ts';
import { openBillingRun } from '../collection/open-billing-run.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { settle } from '../subscription-work/settle.ts';
import {
  loadWork,
  newWork,
  type SubscriptionWork,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import {
  type CreateSubscriptionInput,
  checkNewSubscription,
  newSubscriptionRow,
  planStart,
} from './new-subscription.ts';
import { renderCreated, renderCreatedAgain } from './render-created.ts';

const leaseMs = 30 * SECOND_MS;
const providerDeadlineMs = 8 * SECOND_MS;

interface Begun {
  answer: Answer | null;
  /** Set when the first charge is to be made now. */
  sending: { subscriptionId: SubscriptionId; attempt: AttemptRow; leaseId: string } | null;
  intents: OwedIntent[];
}

/**
 * R20. Synchronous, and independent of the engine: one transaction commits the subscription with its attempt `sent`, the
 * provider is called, a second one commits the outcome. A process that dies between the two leaves a lease that ends and an
 * intent that starts the workflow, which finds out.
 */
export async function createSubscription(
  context: BillingContext,
  call: Call,
  input: CreateSubscriptionInput,
): Promise<Answer> {
  const deadline = performance.now() + providerDeadlineMs;
  const begun = await withTenant(context.database, call.tenantId, (tx) => claimAndBegin(tx, call, input));
  if (!begun.sending) {
    context.sendIntents(begun.intents);
    invariant(begun.answer, 'a create without a charge is answered at once');
    return begun.answer;
  }
  const { attempt, leaseId, subscriptionId } = begun.sending;
  const sent = await sendCharge(context.provider(attempt.provider), attempt, deadline);
  const finished = await withTenant(context.database, call.tenantId, async (tx) => {
    const work = await loadWork(tx, subscriptionId, call.caller);
    invariant(work, 'the subscription just created exists');
    const current = await loadAttemptIntoWork(work, attempt.id);
    await applyChargeResult(work, current, sent.result, leaseId);
    // The intent of the first transaction guarded the lease; from here the workflow's real start takes its place.
    await deleteIntents(
      tx,
      begun.intents.map(({ id }) => id),
    );
    work.sub.sleepingUntil = null;
    const { intents } = await settle(work, 'command');
    const answer = renderCreated(work);
    if (call.claim && answer.status < 500) await storeAnswer(tx, call.claim, answer);
    return { answer, intents };
  });
  context.sendIntents(finished.intents);
  return finished.answer;
}

async function claimAndBegin(tx: TenantTransaction, call: Call, input: CreateSubscriptionInput): Promise<Begun> {
  const id = newId('subscription');
  if (!call.claim) return begin(tx, call, input, id);
  const earlier = await claimKey(tx, call.claim, leaseMs, id);
  if (earlier.kind === 'answered') return { answer: earlier.answer, sending: null, intents: [] };
  if (earlier.kind === 'unsettled') {
    return { answer: await renderCreatedAgain(tx, earlier.resourceId), sending: null, intents: [] };
  }
  const begun = await beginOrRefuse(tx, call, input, id);
  if (begun.answer) await storeAnswer(tx, call.claim, begun.answer);
  return begun;
}

/** A refusal commits with its claim, so that a repeated key gets it again. */
async function beginOrRefuse(
  tx: TenantTransaction,
  call: Call,
  input: CreateSubscriptionInput,
  id: SubscriptionId,
): Promise<Begun> {
  try {
    return (await tx.sql.savepoint((sql) => begin({ ...tx, sql }, call, input, id))) as Begun;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { answer: problemOf(error), sending: null, intents: [] };
  }
}

async function begin(
  tx: TenantTransaction,
  call: Call,
  input: CreateSubscriptionInput,
  id: SubscriptionId,
): Promise<Begun> {
  const facts = await checkNewSubscription(tx, input, await loadNewSubscriptionFacts(tx, input));
  const now = facts.tenantClockAt ?? tx.now;
  const start = planStart(input, facts, now);
  const chargesNow = !start.scheduled && start.trialEndAt === null;
  const isFree = amountFor(facts.plan.price, input.quantity) === 0;
  if (chargesNow && !isFree && !facts.method)
    throw new DomainError('payment_method_required', 'The customer has no payment method to charge.');
  const anchor = anchorAt(start.trialEndAt ?? start.startsAt, facts.customer.timezone);
  const work = newWork({
    tx,
    caller: call.caller,
    sub: newSubscriptionRow(tx, input, { facts, start, now, id }),
    isNew: true,
    surroundings: {
      planName: facts.plan.planName,
      price: facts.plan.price,
      anchor: { ...anchor, ordinal: 0 },
      clock: facts.tenantClockAt === null ? null : { frozenAt: facts.tenantClockAt, targetAt: null },
      settings: facts.settings,
      tenantMode: facts.tenantMode,
      lastRunOrdinal: -1,
    },
  });
  work.newAnchor = anchor;
  work.clockChanged = work.clock !== null;
  writeTimeline(work, 'created', { quantity: input.quantity });
  writeAudit(work, 'subscription.created', id, { plan_id: input.planId, customer_id: input.customerId });
  const sending = await startNow(work, { chargesNow, start, claimKey: call.claim?.key ?? null });
  const { intents } = await refuseConflict(() => settle(work, 'command'));
  return { answer: sending ? null : renderCreated(work), sending, intents };
}

async function startNow(
  work: SubscriptionWork,
  how: { chargesNow: boolean; start: ReturnType<typeof planStart>; claimKey: string | null },
): Promise<Begun['sending']> {
  const { start } = how;
  if (!how.chargesNow) {
    if (!start.scheduled && start.trialEndAt !== null) enterTrial(work, start.startsAt, start.trialEndAt);
    return null;
  }
  await openBillingRun(work, start.startsAt, 'first');
  const attempt = work.open.attempts[0];
  if (!attempt) return null;
  attempt.claimKey = how.claimKey;
  const leaseId = markSent(work, attempt, leaseMs);
  return { subscriptionId: work.sub.id, attempt: { ...attempt }, leaseId };
}

/** Two creates in one plan group at once: the unique index lets one through. */
async function refuseConflict<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if ((error as { constraint_name?: string }).constraint_name !== 'subscriptions_one_live_per_group') throw error;
    throw new DomainError('subscription_conflict', 'The customer already has a live subscription in this plan group.');
  }
}
