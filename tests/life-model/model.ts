import { type Anchor, anchorAt } from '../../domain/calendar/anchor.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SettledLines } from '../../domain/invoices/apply-credit-balance.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import type { PaidBasis, SubscriptionStatus } from '../../domain/subscriptions/subscription.ts';

export type PlanName = 'small' | 'large';
export const amounts: Record<PlanName, number> = { small: 3000, large: 7100 };
export const monthly = { unit: 'month', count: 1 } as const;
/** How long a charge whose answer is lost stays unknown. */
export const unknownMs = 3_000;

export interface ModelInvoice {
  kind: 'period' | 'proration';
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  subtotalMinor: number;
  totalMinor: number;
  creditUsedMinor: number;
  /** What has gone back of it by refunds that were asked for. */
  refundedMinor: number;
  prorations: InvoiceLine[];
}

/** A boundary whose invoice is not paid. */
export interface OpenRun {
  startAt: Instant;
  endAt: Instant;
  amountMinor: number;
  invoice: ModelInvoice;
  state: 'unknown' | 'retry' | 'waiting';
  /** When the unknown is found out, the retry is made, or the waiting ends. */
  at: Instant;
  attemptsCount: number;
  firstFailedAt: Instant | null;
}

/** An upgrade whose charge is not known. */
export interface OpenUpgrade {
  invoice: ModelInvoice;
  at: Instant;
  plan: PlanName;
  quantity: number;
  basis: PaidBasis | null;
  madeForEndAt: Instant;
}

type Account = 'receivable' | 'revenue' | 'provider_clearing' | 'credit_balance' | 'write_off' | 'refunds';

/** What a subscription is expected to be, on one plain record. */
export interface Model {
  now: Instant;
  zone: string;
  status: SubscriptionStatus;
  plan: PlanName;
  quantity: number;
  anchor: Anchor;
  periodStartAt: Instant | null;
  periodEndAt: Instant | null;
  periodPausedMs: number;
  basis: PaidBasis | null;
  pendingLines: InvoiceLine[];
  creditMinor: number;
  scheduled: { plan: PlanName; quantity: number } | null;
  upgrade: OpenUpgrade | null;
  cancelAt: Instant | null;
  pause: { at: Instant; remainingMs: number; resumesAt: Instant | null; before: 'active' | 'trialing' } | null;
  run: OpenRun | null;
  invoices: ModelInvoice[];
  ledger: Partial<Record<Account, number>>;
  attemptCount: number;
  refundedMinor: number;
  /** What the provider will say to the next charges. */
  mode: 'ok' | 'soft' | 'hard';
  nextUnknown: boolean;
}

export function newModel(startsAt: Instant, zone: string): Model {
  return {
    ...{ now: startsAt, zone, status: 'incomplete', plan: 'small', quantity: 1, anchor: anchorAt(startsAt, zone) },
    ...{ periodStartAt: null, periodEndAt: null, periodPausedMs: 0, basis: null, pendingLines: [], creditMinor: 0 },
    ...{ scheduled: null, upgrade: null, cancelAt: null, pause: null, run: null, invoices: [], ledger: {} },
    ...{ attemptCount: 0, refundedMinor: 0, mode: 'ok', nextUnknown: false },
  };
}

export const isOver = ({ status }: Model): boolean => ['canceled', 'expired', 'payment_failed'].includes(status);

function post(model: Model, entries: Model['ledger']): void {
  for (const [account, amountMinor] of Object.entries(entries)) {
    model.ledger[account as Account] = (model.ledger[account as Account] ?? 0) + amountMinor;
  }
}

/** What the next charge comes to; a lost answer turns out paid. */
export function charge(model: Model): 'paid' | 'unknown' | 'soft' | 'hard' {
  model.attemptCount += 1;
  if (model.nextUnknown) {
    model.nextUnknown = false;
    return 'unknown';
  }
  return model.mode === 'ok' ? 'paid' : model.mode;
}

export function issue(
  model: Model,
  kind: ModelInvoice['kind'],
  settled: SettledLines,
  options: { draft: boolean },
): ModelInvoice {
  const creditUsedMinor = settled.subtotalMinor - settled.totalMinor;
  const { subtotalMinor, totalMinor } = settled;
  const prorations = settled.lines.filter((line) => line.kind.startsWith('proration'));
  const invoice: ModelInvoice = {
    ...{ kind, status: 'draft', subtotalMinor, totalMinor, creditUsedMinor, refundedMinor: 0, prorations },
  };
  model.creditMinor -= creditUsedMinor;
  model.invoices.push(invoice);
  if (!options.draft) finalize(model, invoice);
  return invoice;
}

function finalize(model: Model, invoice: ModelInvoice): void {
  if (invoice.status !== 'draft') return;
  invoice.status = 'open';
  const { totalMinor, creditUsedMinor, subtotalMinor } = invoice;
  post(model, { receivable: totalMinor, credit_balance: creditUsedMinor, revenue: -subtotalMinor });
}

export function pay(model: Model, invoice: ModelInvoice): void {
  finalize(model, invoice);
  invoice.status = 'paid';
  post(model, { provider_clearing: invoice.totalMinor, receivable: -invoice.totalMinor });
}

/** Gives back this much of every hundred of the last invoice that was paid with money. */
export function refundShare(model: Model, share: number): string | number | null {
  const invoice = model.invoices.findLast(({ status, totalMinor }) => status === 'paid' && totalMinor > 0);
  if (!invoice) return null;
  const amountMinor = shareOf(invoice.totalMinor, share);
  if (amountMinor > invoice.totalMinor - invoice.refundedMinor) return 'refund_exceeds_captured';
  invoice.refundedMinor += amountMinor;
  model.refundedMinor += amountMinor;
  post(model, { refunds: amountMinor, provider_clearing: -amountMinor });
  return 201;
}

export function shareOf(totalMinor: number, share: number): number {
  return Math.ceil((totalMinor * share) / 100);
}

export function voidInvoice(model: Model, invoice: ModelInvoice): void {
  const { totalMinor, creditUsedMinor, subtotalMinor } = invoice;
  if (invoice.status === 'open') {
    post(model, { receivable: -totalMinor, credit_balance: -creditUsedMinor, revenue: subtotalMinor });
  }
  model.creditMinor += creditUsedMinor;
  invoice.status = 'void';
}

export function writeOff(model: Model, invoice: ModelInvoice): void {
  finalize(model, invoice);
  invoice.status = 'uncollectible';
  post(model, { write_off: invoice.totalMinor, receivable: -invoice.totalMinor });
}

export function grantCredit(model: Model, amountMinor: number): void {
  model.creditMinor += amountMinor;
  post(model, { revenue: amountMinor, credit_balance: -amountMinor });
}

/** Nothing more is charged; an outcome that is still open is waited for. */
export function end(model: Model): void {
  model.status = 'canceled';
  model.cancelAt = null;
  model.scheduled = null;
  model.pause = null;
  if (model.run && model.run.state !== 'unknown') {
    voidInvoice(model, model.run.invoice);
    model.run = null;
  }
}
