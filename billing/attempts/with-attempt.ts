import type { AttemptRow, InvoiceRow } from '../../db/queries/billing-rows.ts';
import { loadAttempt } from '../../db/queries/load-attempt.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { AttemptId, TenantId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { WorkflowRef } from '../../domain/workflow-ref.ts';
import type { BillingContext, Caller, OwedIntent } from '../context.ts';
import { workflowCaller } from '../context.ts';
import { doWhatIsDue } from '../steps/do-what-is-due.ts';
import type { NextStep, ProviderCallInput } from '../steps/next-step.ts';
import { settleStep } from '../steps/step-of.ts';
import { loadWorkOf } from '../subscription-work/payment-work.ts';
import { settle } from '../subscription-work/settle.ts';
import { continueWork, lockAgain, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { storeSettledAnswer } from './store-settled-answer.ts';

/** The attempt under its subscription's lock, with its payment and invoice among the open rows whatever their state. */
export async function loadAttemptIntoWork(work: SubscriptionWork, attemptId: AttemptId): Promise<AttemptRow> {
  const open = work.open.attempts.find(({ id }) => id === attemptId);
  if (
    open &&
    work.open.payments.some(({ id }) => id === open.paymentId) &&
    work.open.invoices.some(({ id }) => id === open.invoiceId)
  ) {
    return open;
  }
  const loaded = await loadAttempt(work.tx, attemptId);
  invariant(loaded, `attempt ${attemptId} exists`);
  if (!open) work.open.attempts.push(loaded.attempt);
  if (!work.open.payments.some(({ id }) => id === loaded.payment.id)) work.open.payments.push(loaded.payment);
  if (!work.open.invoices.some(({ id }) => id === loaded.invoice.id)) work.open.invoices.push(loaded.invoice);
  return open ?? loaded.attempt;
}

/** Of an attempt that was loaded so. */
export function invoiceOf({ open }: SubscriptionWork, attempt: AttemptRow): InvoiceRow {
  const invoice = open.invoices.find(({ id }) => id === attempt.invoiceId);
  invariant(invoice, `attempt ${attempt.id} is loaded with its invoice`);
  return invoice;
}

/** What a transaction of the workflow about one attempt came to; a second one of the same call continues from `work`. */
export interface AttemptStep {
  next: NextStep;
  work: SubscriptionWork;
}

/** One transaction of the workflow about one attempt; answers what follows, as every step does. */
export async function stepOnAttempt(
  context: BillingContext,
  input: ProviderCallInput,
  act: (work: SubscriptionWork, attempt: AttemptRow) => void | Promise<void>,
  earlier?: AttemptStep,
): Promise<AttemptStep> {
  const decide = async (tx: TenantTransaction, version: number | null) => {
    const work = earlier
      ? await continueWork(tx, earlier.work, version, workflowCaller, () => loadWorkOf(tx, input, workflowCaller))
      : await loadWorkOf(tx, input, workflowCaller);
    const attempt = await loadAttemptIntoWork(work, input.subjectId as AttemptId);
    await act(work, attempt);
    await doWhatIsDue(work);
    const settled = await settleStep(work);
    await storeSettledAnswer(work, attempt);
    return { ...settled, work };
  };
  const { intents, ...step } = await withTenant(context.database, input.tenantId as TenantId, decide, {
    opening: async (opening) => (earlier ? lockAgain(earlier.work)(opening) : null),
  });
  context.sendIntents(intents);
  return step;
}

/** The same for anyone but the workflow: what it owes the workflow is sent after the commit. */
export async function changeAttempt(
  context: BillingContext,
  ref: WorkflowRef & { tenantId: TenantId; attemptId: AttemptId; caller: Caller },
  act: (work: SubscriptionWork, attempt: AttemptRow) => void | Promise<void>,
): Promise<void> {
  const intents = await withTenant(context.database, ref.tenantId, async (tx): Promise<OwedIntent[]> => {
    const work = await loadWorkOf(tx, ref, ref.caller);
    const attempt = await loadAttemptIntoWork(work, ref.attemptId);
    await act(work, attempt);
    const { intents } = await settle(work, 'command');
    await storeSettledAnswer(work, attempt);
    return intents;
  });
  context.sendIntents(intents);
}
