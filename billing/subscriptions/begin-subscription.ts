import type { Answer } from '../../contracts/answer.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { loadNewSubscriptionFacts } from '../../db/queries/load-new-subscription.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { anchorAt } from '../../domain/calendar/anchor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { amountFor } from '../../domain/pricing/price.ts';
import { markSent } from '../attempts/mark-sent.ts';
import type { Enter } from '../attempts/provider-gates.ts';
import type { Call } from '../call.ts';
import { enterTrial } from '../collection/enter-trial.ts';
import { openBillingRun } from '../collection/open-billing-run.ts';
import type { OwedIntent } from '../context.ts';
import { settle } from '../subscription-work/settle.ts';
import { newWork, type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import {
  type CreateSubscriptionInput,
  checkNewSubscription,
  newSubscriptionRow,
  planStart,
} from './new-subscription.ts';
import { refuseGroupConflict } from './refuse-group-conflict.ts';
import { renderCreated } from './render-created.ts';

/** The API's own lease on a first charge; its process answers or dies within it. */
export const firstChargeLeaseMs = 30 * SECOND_MS;

export interface BegunSubscription {
  answer: Answer | null;
  /** Set when the first charge is to be made now. */
  sending: { work: SubscriptionWork; attempt: AttemptRow; leaseId: string } | null;
  intents: OwedIntent[];
}

/** The first transaction of a create: the checks, the row, its first period, and the attempt as `sent` where it is charged now. */
export async function beginSubscription(
  tx: TenantTransaction,
  call: Call,
  input: CreateSubscriptionInput,
  id: SubscriptionId,
  enter: Enter = () => true,
): Promise<BegunSubscription> {
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
      tenantStatus: facts.tenantStatus,
      lastRunOrdinal: -1,
    },
  });
  work.newAnchor = anchor;
  work.clockChanged = work.clock !== null;
  writeTimeline(work, 'created', { quantity: input.quantity });
  writeAudit(work, 'subscription.created', id, { plan_id: input.planId, customer_id: input.customerId });
  const sending = await startNow(work, { chargesNow, start, claimKey: call.claim?.key ?? null, enter });
  const { intents } = await refuseGroupConflict(() => settle(work, 'command'));
  return { answer: sending ? null : renderCreated(work), sending, intents };
}

async function startNow(
  work: SubscriptionWork,
  how: { chargesNow: boolean; start: ReturnType<typeof planStart>; claimKey: string | null; enter: Enter },
): Promise<BegunSubscription['sending']> {
  const { start } = how;
  if (!how.chargesNow) {
    if (!start.scheduled && start.trialEndAt !== null) enterTrial(work, start.startsAt, start.trialEndAt);
    return null;
  }
  await openBillingRun(work, start.startsAt, 'first');
  const attempt = work.open.attempts[0];
  if (!attempt) return null;
  attempt.claimKey = how.claimKey;
  // No room: the attempt is committed as it is, and the workflow makes the charge.
  if (!how.enter(attempt.provider)) return null;
  const leaseId = markSent(work, attempt, firstChargeLeaseMs);
  return { work, attempt: { ...attempt }, leaseId };
}
