import { anchorAt, nextBoundaryAfter } from '../../domain/calendar/anchor.ts';
import { addLocalDays } from '../../domain/calendar/local-date.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';
import { applyCreditBalance } from '../../domain/invoices/apply-credit-balance.ts';
import { planChange } from '../../domain/proration/plan-change.ts';
import type { ProrationMode } from '../../domain/proration/proration.ts';
import { allowedCommands } from '../../domain/subscriptions/allowed-commands.ts';
import type { Command } from '../../domain/subscriptions/subscription.ts';
import {
  amounts,
  charge,
  end,
  grantCredit,
  issue,
  type Model,
  monthly,
  type PlanName,
  pay,
  refundShare,
  unknownMs,
  voidInvoice,
} from './model.ts';
import { applyUpgrade, attempt, findPaid, invoiceRun, openRun, resume } from './pass-time.ts';

export type Step =
  | { command: 'create'; quantity: number }
  | { command: 'trial'; quantity: number; days: number }
  | { command: 'change'; plan: PlanName; quantity: number; proration: ProrationMode; effective: 'now' | 'period_end' }
  | { command: 'pause'; days: number | null }
  | { command: 'resume' | 'uncancel' | 'payOk' | 'newMethod' | 'duplicateWebhook' | 'unknownThenFound' }
  | { command: 'cancel'; at: 'now' | 'period_end' }
  | { command: 'payFail'; kind: 'soft' | 'hard' }
  | { command: 'refund'; share: number }
  | { command: 'advanceClock'; days: number };

const commandOf: Partial<Record<Step['command'], Command>> = {
  change: 'change_plan',
  pause: 'pause',
  resume: 'resume',
  cancel: 'cancel',
  uncancel: 'uncancel',
};

/** The refusal's code where the step is refused, or the status of its answer; null where it asks nothing of the API. */
export function runStep(model: Model, step: Step): string | number | null {
  const command = commandOf[step.command];
  const { status, cancelAt } = model;
  if (command && !allowedCommands({ status, cancelAt, collection: 'normal', parked: false }).includes(command)) {
    if (status === 'canceled' && step.command === 'cancel') return 'already_canceled';
    return status === 'incomplete' ? 'subscription_incomplete' : 'invalid_state';
  }
  switch (step.command) {
    case 'create':
    case 'trial':
      return create(model, step.quantity, step.command === 'trial' ? step.days : 0);
    case 'change':
      return change(model, step);
    case 'pause':
      return pause(model, step.days);
    case 'resume':
      resume(model);
      return 200;
    case 'cancel':
      return cancel(model, step.at);
    case 'uncancel':
      model.cancelAt = null;
      return 200;
    case 'newMethod':
      return giveMethod(model);
    case 'refund':
      return refundShare(model, step.share);
    case 'duplicateWebhook':
      if (model.run?.state === 'unknown') findPaid(model, model.run);
      if (model.upgrade) findPaid(model, model.upgrade);
      return null;
    case 'payOk':
      model.mode = 'ok';
      return null;
    case 'payFail':
      model.mode = step.kind;
      return null;
    case 'unknownThenFound':
      model.nextUnknown = true;
      return null;
    case 'advanceClock':
      return null;
    default:
      return assertNever(step);
  }
}

function create(model: Model, quantity: number, trialDays: number): number {
  model.quantity = quantity;
  if (trialDays > 0) {
    const endAt = addLocalDays(model.now, trialDays, model.zone);
    Object.assign(model, { status: 'trialing', periodStartAt: model.now, periodEndAt: endAt });
    model.anchor = anchorAt(endAt, model.zone);
    return 201;
  }
  openRun(model, model.now);
  if (model.run) return 202;
  return (model.status as string) === 'payment_failed' ? 402 : 201;
}

function change(model: Model, step: Extract<Step, { command: 'change' }>): string | number {
  const { plan, quantity, proration, effective } = step;
  const { run } = model;
  if (model.upgrade || run?.state === 'unknown') return 'payment_in_flight';
  if (effective === 'period_end') {
    model.scheduled = { plan, quantity };
    return 200;
  }
  if (run) {
    model.pendingLines = run.invoice.prorations;
    voidInvoice(model, run.invoice);
    Object.assign(model, { plan, quantity });
    invoiceRun(model, run.startAt, nextBoundaryAfter(model.anchor, monthly, run.startAt));
    return 200;
  }
  const { periodStartAt, periodEndAt, periodPausedMs, basis, pendingLines: pending, now: at } = model;
  if (periodStartAt === null || periodEndAt === null) throw new Error('a change lies in a period');
  const newAmountMinor = amounts[plan] * quantity;
  const texts = { fromDescription: '', toDescription: '' };
  const period = { at, periodStartAt, periodEndAt, periodPausedMs, basis, pending };
  const planned = planChange({ ...period, ...texts, newAmountMinor, mode: proration });
  if (planned.invoiceNow === null) {
    Object.assign(model, { plan, quantity, pendingLines: planned.pendingAfter, basis: planned.basisAfter });
    grantCredit(model, planned.creditBalanceDeltaMinor);
    return 200;
  }
  const invoice = issue(model, 'proration', applyCreditBalance(planned.invoiceNow, model.creditMinor), {
    draft: false,
  });
  const upgrade = { invoice, plan, quantity, basis: planned.basisAfter, madeForEndAt: periodEndAt, at: at + unknownMs };
  const result = invoice.totalMinor === 0 ? 'paid' : charge(model);
  if (result === 'unknown') {
    model.upgrade = upgrade;
    return 202;
  }
  if (result !== 'paid') {
    voidInvoice(model, invoice);
    return 402;
  }
  pay(model, invoice);
  applyUpgrade(model, upgrade);
  return 200;
}

function pause(model: Model, days: number | null): number {
  const { now, periodEndAt, status } = model;
  const remainingMs = Math.max(0, (periodEndAt ?? now) - now);
  const resumesAt = days === null ? null : now + days * DAY_MS;
  model.pause = { at: now, remainingMs, resumesAt, before: status === 'trialing' ? 'trialing' : 'active' };
  model.status = 'paused';
  return 200;
}

function cancel(model: Model, at: 'now' | 'period_end'): number {
  const { status, periodEndAt, pause: paused, now } = model;
  const isRunning = paused
    ? paused.remainingMs > 0
    : ['active', 'trialing'].includes(status) && (periodEndAt ?? 0) > now;
  if (at === 'period_end' && isRunning) model.cancelAt = periodEndAt;
  else end(model);
  return 200;
}

/** R31: what is past due is tried with it at once; after a hard decline by a new payment, whose ladder begins anew. */
function giveMethod(model: Model): number {
  const { run, now } = model;
  if (model.status !== 'past_due' || !run || run.state === 'unknown') return 200;
  if (run.state === 'waiting') Object.assign(run, { attemptsCount: 0, firstFailedAt: null });
  attempt(model, run, now);
  return 200;
}
