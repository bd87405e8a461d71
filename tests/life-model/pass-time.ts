import { anchorAt, nextBoundaryAfter } from '../../domain/calendar/anchor.ts';
import { HOUR_MS, type Instant } from '../../domain/instant.ts';
import { planPeriodInvoice } from '../../domain/invoices/plan-period-invoice.ts';
import { decideAfterDecline, defaultDunningPolicy } from '../../domain/payments/dunning.ts';
import { planResume } from '../../domain/subscriptions/pause.ts';
import {
  amounts,
  charge,
  end,
  grantCredit,
  isOver,
  issue,
  type Model,
  monthly,
  type OpenRun,
  type OpenUpgrade,
  pay,
  unknownMs,
  voidInvoice,
  writeOff,
} from './model.ts';

/** Invoices the period that begins at a boundary, and charges for it. */
export function openRun(model: Model, startAt: Instant): void {
  if (model.scheduled) Object.assign(model, model.scheduled, { scheduled: null });
  invoiceRun(model, startAt, nextBoundaryAfter(model.anchor, monthly, startAt));
}

export function invoiceRun(model: Model, startAt: Instant, endAt: Instant): void {
  const plan = planPeriodInvoice({
    planName: model.plan,
    price: { model: 'per_unit', amountMinor: amounts[model.plan] } as never,
    quantity: model.quantity,
    periodStartAt: startAt,
    periodEndAt: endAt,
    pendingLines: model.pendingLines,
    creditBalanceMinor: model.creditMinor,
  });
  const isFirst = model.status === 'incomplete' && model.invoices.length === 0;
  const invoice = issue(model, 'period', plan, { draft: isFirst });
  model.pendingLines = [];
  const { amountMinor } = plan.basis;
  const run: OpenRun = {
    startAt,
    endAt,
    amountMinor,
    invoice,
    state: 'retry',
    at: 0,
    attemptsCount: 0,
    firstFailedAt: null,
  };
  model.run = run;
  if (invoice.totalMinor === 0) settleRun(model, run);
  else attempt(model, run, model.now - startAt > HOUR_MS ? model.now : startAt);
}

function settleRun(model: Model, run: OpenRun): void {
  pay(model, run.invoice);
  model.run = null;
  Object.assign(model, { periodStartAt: run.startAt, periodEndAt: run.endAt, periodPausedMs: 0 });
  model.basis = { amountMinor: run.amountMinor, startsAt: run.startAt, endsAt: run.endAt };
  if (model.cancelAt !== null) model.cancelAt = run.endAt;
  if (model.pause)
    Object.assign(model.pause, { remainingMs: Math.max(0, run.endAt - model.pause.at), before: 'active' });
  else model.status = 'active';
}

export function attempt(model: Model, run: OpenRun, dueAt: Instant): void {
  const result = charge(model);
  if (result === 'paid') settleRun(model, run);
  else if (result === 'unknown') Object.assign(run, { state: 'unknown', at: model.now + unknownMs });
  else decline(model, run, { dueAt, declineKind: result });
}

function decline(model: Model, run: OpenRun, of: { dueAt: Instant; declineKind: 'soft' | 'hard' }): void {
  if (model.status === 'incomplete') {
    model.status = 'payment_failed';
    voidInvoice(model, run.invoice);
    model.run = null;
    return;
  }
  model.status = 'past_due';
  run.attemptsCount += 1;
  run.firstFailedAt ??= of.dueAt;
  const { attemptsCount, firstFailedAt } = run;
  const decision = decideAfterDecline(defaultDunningPolicy, { ...of, attemptsCount, firstFailedAt });
  if (decision.kind === 'retry') Object.assign(run, { state: 'retry', at: decision.retryAt });
  else if (decision.kind === 'wait_for_method') Object.assign(run, { state: 'waiting', at: decision.until });
  else giveUp(model, run);
}

function giveUp(model: Model, run: OpenRun): void {
  writeOff(model, run.invoice);
  model.run = null;
  end(model);
}

/** A charge that was not known is found paid. */
export function findPaid(model: Model, of: OpenRun | OpenUpgrade): void {
  const { invoice } = of;
  const isRun = of === model.run;
  if (isOver(model)) {
    voidInvoice(model, invoice);
    model.refundedMinor += invoice.totalMinor;
    if (isRun) model.run = null;
    else model.upgrade = null;
  } else if (isRun) settleRun(model, of as OpenRun);
  else settleUpgrade(model, of as OpenUpgrade);
}

function settleUpgrade(model: Model, upgrade: OpenUpgrade): void {
  pay(model, upgrade.invoice);
  model.upgrade = null;
  if (upgrade.madeForEndAt !== model.periodEndAt || model.run) grantCredit(model, upgrade.invoice.subtotalMinor);
  else applyUpgrade(model, upgrade);
}

export function applyUpgrade(model: Model, upgrade: Pick<OpenUpgrade, 'plan' | 'quantity' | 'basis'>): void {
  const { plan, quantity, basis } = upgrade;
  Object.assign(model, { plan, quantity, basis, pendingLines: [] });
}

export function resume(model: Model): void {
  const { pause, run, basis, pendingLines, periodPausedMs, zone, now } = model;
  if (!pause) throw new Error('nothing to resume');
  model.status = pause.before;
  model.pause = null;
  if (run) {
    run.endAt += now - pause.at;
    model.anchor = anchorAt(run.endAt, zone);
    return;
  }
  const { remainingMs, at: pausedAt } = pause;
  Object.assign(model, planResume({ now, pausedAt, remainingMs, zone, basis, pendingLines, periodPausedMs }));
  if (model.cancelAt !== null) model.cancelAt = model.periodEndAt;
}

type Due = [Instant, () => void];

/** In order of precedence at one instant. */
function dueOf(model: Model): Due[] {
  const { run, upgrade, pause } = model;
  const due: Due[] = [];
  if (run?.state === 'unknown') due.push([run.at, () => findPaid(model, run)]);
  if (upgrade) due.push([upgrade.at, () => findPaid(model, upgrade)]);
  if (isOver(model)) return due;
  if (pause) {
    if (pause.resumesAt !== null) due.push([pause.resumesAt, () => resume(model)]);
    return due;
  }
  if (model.cancelAt !== null) due.push([model.cancelAt, () => end(model)]);
  if (run?.state === 'waiting') due.push([run.at, () => giveUp(model, run)]);
  if (run?.state === 'retry') due.push([run.at, () => attempt(model, run, run.at)]);
  const { periodEndAt } = model;
  if (!run && periodEndAt !== null) due.push([periodEndAt, () => openRun(model, periodEndAt)]);
  return due;
}

/** Time passes, and everything due happens at its date. */
export function passTime(model: Model, ms: number): void {
  const untilAt = model.now + ms;
  for (;;) {
    const [next] = dueOf(model).toSorted(([a], [b]) => a - b);
    if (!next || next[0] > untilAt) break;
    model.now = Math.max(model.now, next[0]);
    next[1]();
  }
  model.now = untilAt;
}
