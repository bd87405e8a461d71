import type { Answer } from '../../contracts/answer.ts';
import { problem } from '../../contracts/problem.ts';
import { newId } from '../../db/new-id.ts';
import { nextAttemptNumber } from '../../db/queries/charge-methods.ts';
import { findOpenRetryTask, isRetryPublished, markRetryRunning, openRetryTask } from '../../db/queries/retry-tasks.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import type { PaymentId, RetryTaskId, SubscriptionId } from '../../domain/ids.ts';
import { SECOND_MS, toIso } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import { pollUntil } from '../clocks/poll-until.ts';
import { attemptPayment } from '../collection/open-payment.ts';
import { endRetry } from '../collection/retrying.ts';
import type { BillingContext } from '../context.ts';
import { manualRetryRequests } from '../subscription-work/retry-metrics.ts';
import { businessNow, emit, touch, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import {
  changePayment,
  changePaymentOnEvent,
  openAttemptOn,
  type PaymentEvent,
  type PaymentWork,
  refusalOf,
  refuse,
} from './change-payment.ts';
import { requireMethod } from './require-method.ts';

const acknowledgedWithinMs = 5 * SECOND_MS;
/** An answer is expected within 300 ms, of which the relay takes up to half (spec §8). */
const lookEveryMs = 40;

/**
 * Spec §8. The request is committed as a task with its event, and answered once the broker has the event. Without that the task is
 * kept all the same and carried out later; the stored answer, which a repeated key gets, is the task.
 */
export async function retryAsAdministrator(context: BillingContext, call: Call, id: PaymentId): Promise<Answer> {
  let asked: { id: RetryTaskId; subscriptionId: SubscriptionId; isNew: boolean } | null = null;
  const answer = await changePayment(context, call, id, async (on) => {
    const task = await taskFor(on, call);
    asked = { ...task, subscriptionId: on.work.sub.id };
    return () => ({ status: 202, body: { task_id: task.id } });
  });
  if (asked === null) return answer;
  const task = asked as { id: RetryTaskId; subscriptionId: SubscriptionId; isNew: boolean };
  if (task.isNew) manualRetryRequests.inc();
  const { database } = context;
  const isPublished = () => readAsTenant(database, call.tenantId, (sql) => isRetryPublished(sql, task));
  if (await pollUntil(acknowledgedWithinMs, isPublished, lookEveryMs)) return answer;
  return problem(503, 'retry_deferred', 'The retry is kept and will be carried out later.', { task_id: task.id });
}

/** Clicked twice it is one task, and the second click is on record. */
async function taskFor(on: PaymentWork, call: Call): Promise<{ id: RetryTaskId; isNew: boolean }> {
  const { work, payment } = on;
  const { tx } = work;
  const open = payment.status === 'retrying' ? await findOpenRetryTask(tx, payment.id) : null;
  if (open) {
    writeAudit(work, 'payment.retry_repeated', payment.id, { task_id: open.id, attempt_number: open.attemptNumber });
    return { id: open.id, isNew: false };
  }
  if (on.refusal) refuse(on.refusal);
  await requireMethod(work, null);
  const attemptNumber = await nextAttemptNumber(tx, payment.id);
  const task = { id: newId('retryTask'), paymentId: payment.id, attemptNumber, adminId: call.caller.actor };
  const id = await openRetryTask(tx, task);
  payment.status = 'retrying';
  touch(work, 'payments', payment);
  const details = { task_id: id, attempt_number: attemptNumber };
  writeAudit(work, 'payment.retry_requested_by_administrator', payment.id, details);
  writeTimeline(work, 'retry_requested', { payment_id: payment.id, ...details });
  emit(work, 'payments.retry.manual', () => ({
    payment_id: payment.id,
    admin_id: call.caller.actor,
    task_id: id,
    attempt_number_requested: attemptNumber,
    timestamp: toIso(tx.now),
  }));
  return { id, isNew: true };
}

/** The event has come round: the attempt is planned for now. One that the ladder has begun meanwhile is the task's. */
export function planAdministratorsRetry(
  context: BillingContext,
  event: PaymentEvent & { taskId: RetryTaskId },
): Promise<void> {
  return changePaymentOnEvent(context, event, async ({ work, payment }) => {
    if (payment.status !== 'retrying') return;
    if (!openAttemptOn(work, payment)) {
      const refusal = refusalOf(work, payment, 'failed');
      if (refusal) {
        endRetry(work, payment, 'refused', refusal.reason);
        payment.status = 'failed';
        writeTimeline(work, 'retry_refused', { payment_id: payment.id, reason: refusal.reason });
        return;
      }
      const attempt = await attemptPayment(work, payment, { trigger: 'manual', dueAt: businessNow(work) });
      if (!attempt) return;
    }
    await markRetryRunning(work.tx, event.taskId);
    writeTimeline(work, 'retry_planned', { payment_id: payment.id, task_id: event.taskId });
  });
}
