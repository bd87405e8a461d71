import type { Answer } from '../../contracts/answer.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { assertNever } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import { abandonAttempt, voidInvoice } from '../collection/void-invoice.ts';
import type { BillingContext } from '../context.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import {
  emit,
  type SubscriptionWork,
  touch,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { changeOne } from '../subscriptions/change-one.ts';
import { renderWork } from '../subscriptions/render-subscription.ts';

export interface RepairInput {
  /** `retry`: do the step again. `skip`: leave the open period unbilled. `override`: take the row as it now is. */
  action: 'retry' | 'skip' | 'override';
  reason: string;
}

/** An operator sets a parked subscription going again; what comes next is recomputed from its rows. Audited with the reason. */
export function repairSubscription(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  input: RepairInput,
): Promise<Answer> {
  return changeOne(context, call, id, async (work) => {
    const { sub } = work;
    if (sub.parkedAt === null)
      throw new DomainError('invalid_state', 'Only a subscription that needs attention is repaired.');
    writeAudit(work, 'subscription.repaired', id, { ...input, parked: sub.parked });
    writeTimeline(work, 'repaired', { ...input });
    switch (input.action) {
      case 'retry':
      case 'override':
        break;
      case 'skip':
        skipOpenRun(work);
        break;
      default:
        assertNever(input.action);
    }
    sub.parkedAt = null;
    sub.parked = null;
    sub.fruitlessTries = 0;
    sub.lastResult = `Repaired: ${input.action}`;
    emit(work, 'subscriptions.updated', () => ({
      subscription: subscriptionSnapshot(sub),
      changes: ['needs_attention'],
      reason: input.reason,
    }));
    return async () => ({ status: 200, body: await renderWork(work) });
  });
}

/** The period stays unbilled and comes into force; a charge under way forbids it. */
function skipOpenRun(work: SubscriptionWork): void {
  const { sub, open } = work;
  const undecided = open.attempts.filter(({ status }) => status !== 'created' && status !== 'not_sent');
  if (undecided.length > 0) throw new DomainError('payment_in_flight', 'A charge of this period is still undecided.');
  const run = open.runs.find(({ status }) => status === 'open');
  if (!run) return;
  for (const attempt of open.attempts) abandonAttempt(work, attempt, 'skipped by an operator');
  const invoice = open.invoices.find(({ billingRunId }) => billingRunId === run.id);
  if (invoice) voidInvoice(work, invoice, 'skipped by an operator');
  run.status = 'skipped';
  run.settledAt = work.tx.now;
  touch(work, 'runs', run);
  sub.periodStartAt = run.periodStartAt;
  sub.periodEndAt = run.periodEndAt;
  sub.basis = null;
  sub.status = 'active';
}
