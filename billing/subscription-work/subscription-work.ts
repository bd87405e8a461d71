import type { EventData, Topic } from '../../contracts/events/index.ts';
import type {
  AttemptRow,
  BillingRunRow,
  CarrierRow,
  CreditNoteLineRow,
  CreditNoteRow,
  InvoiceRow,
  LedgerEntry,
  PaymentRow,
  RefundRow,
  SubscriptionRow,
} from '../../db/queries/billing-rows.ts';
import { lockCarrierVersion } from '../../db/queries/carriers.ts';
import {
  loadOpenWork,
  loadSurroundings,
  lockSubscription,
  lockVersion,
  noOpenWork,
  type OpenWork,
  type SubscriptionSurroundings,
} from '../../db/queries/load-subscription.ts';
import type { RetryTaskStatus } from '../../db/queries/retry-tasks.ts';
import type { OpeningTransaction, TenantTransaction } from '../../db/with-tenant.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import type { Clock } from '../../domain/subscriptions/what-comes-next.ts';
import type { Caller } from '../context.ts';
import { subscriptionSnapshot } from './snapshots.ts';

type Stored<Row> = { row: Row; isNew: boolean };

/**
 * Whose lock orders the facts, and whose workflow follows: the subscription's; without one the payment's, whose carrier then
 * stands in for the subscription; before there is a payment the invoice's, which has no workflow and whose events no order.
 */
export type WorkOwner =
  | { kind: 'subscription' }
  | { kind: 'payment'; carrier: CarrierRow; isNew: boolean }
  | { kind: 'invoice'; invoiceId: string };

/** One balanced transaction, at the business instant it was posted: what follows in the same work may move a test clock on. */
interface LedgerPosting {
  kind: string;
  invoiceId: string | null;
  paymentId: string | null;
  entries: LedgerEntry[];
  at: Instant;
}

/**
 * One subscription under its row lock, for the length of one transaction. Verbs change the rows in memory and note what they
 * did; `settle` writes all of it, with what comes next, in one go. It does not decide anything.
 */
export interface SubscriptionWork extends SubscriptionSurroundings {
  readonly tx: TenantTransaction;
  readonly caller: Caller;
  readonly sub: SubscriptionRow;
  readonly isNew: boolean;
  owner: WorkOwner;
  readonly before: {
    status: SubscriptionRow['status'];
    planId: SubscriptionRow['planId'];
    hasOpenWork: boolean;
    snapshot: string;
  };
  /** Undecided rows; verbs add to them and change them, and call `touch`. */
  readonly open: OpenWork;
  readonly changed: {
    runs: Map<string, Stored<BillingRunRow>>;
    invoices: Map<string, Stored<InvoiceRow> & { lines: readonly InvoiceLine[]; takesNumber: boolean }>;
    payments: Map<string, Stored<PaymentRow>>;
    attempts: Map<string, Stored<AttemptRow>>;
    refunds: Map<string, Stored<RefundRow>>;
    /** Of refunds; the carrier that owns the work is written with it. */
    carriers: Map<string, Stored<CarrierRow>>;
  };
  readonly creditNotes: { row: CreditNoteRow; lines: readonly CreditNoteLineRow[] }[];
  readonly ledger: LedgerPosting[];
  readonly timeline: { at: Instant; action: string; planId: string; details: Record<string, unknown> }[];
  readonly events: { topic: Topic; data: () => EventData<Topic>; at: Instant }[];
  readonly audits: { action: string; resourceId: string; details: Record<string, unknown> }[];
  /** What has become of administrators' retries; the open task of each payment is settled with the rest. */
  readonly retries: { paymentId: PaymentRow['id']; status: RetryTaskStatus; message: string | null }[];
  newAnchor: { localDate: string; localTime: string; zone: string } | null;
  clockChanged: boolean;
  clock: Clock | null;
}

/** Null when the tenant has no such subscription. */
export async function loadWork(
  tx: TenantTransaction,
  id: SubscriptionId,
  caller: Caller,
): Promise<SubscriptionWork | null> {
  const sub = await lockSubscription(tx.sql, id);
  if (!sub) return null;
  const [surroundings, open] = await Promise.all([
    loadSurroundings(tx.sql, sub),
    sub.hasOpenWork ? loadOpenWork(tx.sql, sub) : noOpenWork(),
  ]);
  return newWork({ tx, caller, sub, isNew: false, surroundings, open });
}

/** Opens a second transaction of the same verb: the lock anew, and the version the row has by then. */
export function lockAgain({ sub, owner }: SubscriptionWork): (opening: OpeningTransaction) => Promise<number | null> {
  return ({ sql }) => (owner.kind === 'payment' ? lockCarrierVersion : lockVersion)(sql, sub.id);
}

/**
 * In a transaction opened by `lockAgain`. While nobody else has changed the subscription, which its version tells, the rows of
 * the first one are still what PostgreSQL holds.
 */
export async function continueWork(
  tx: TenantTransaction,
  earlier: SubscriptionWork,
  version: number | null,
  caller: Caller,
  loadAgain: () => Promise<SubscriptionWork | null> = () => loadWork(tx, earlier.sub.id, caller),
): Promise<SubscriptionWork> {
  const { sub, owner } = earlier;
  if (version !== sub.version) {
    const work = await loadAgain();
    invariant(work, `${owner.kind} ${sub.id} exists`);
    return work;
  }
  const { planName, price, settings, tenantMode, tenantStatus, lastRunOrdinal, clock } = earlier;
  const anchor = earlier.anchor && {
    ...earlier.anchor,
    ordinal: earlier.anchor.ordinal + (earlier.newAnchor === null ? 0 : 1),
  };
  const surroundings = { planName, price, anchor, clock, settings, tenantMode, tenantStatus, lastRunOrdinal };
  const still = owner.kind === 'payment' ? { ...owner, isNew: false } : owner;
  return newWork({ tx, caller, sub, isNew: false, surroundings, open: earlier.open, owner: still });
}

export function newWork(parts: {
  tx: TenantTransaction;
  caller: Caller;
  sub: SubscriptionRow;
  isNew: boolean;
  surroundings: SubscriptionSurroundings;
  open?: OpenWork;
  owner?: WorkOwner;
}): SubscriptionWork {
  return {
    tx: parts.tx,
    caller: parts.caller,
    sub: parts.sub,
    isNew: parts.isNew,
    owner: parts.owner ?? { kind: 'subscription' },
    ...parts.surroundings,
    before: {
      status: parts.sub.status,
      planId: parts.sub.planId,
      hasOpenWork: parts.sub.hasOpenWork,
      snapshot: JSON.stringify(subscriptionSnapshot(parts.sub)),
    },
    open: parts.open ?? noOpenWork(),
    changed: {
      ...{ runs: new Map(), invoices: new Map(), payments: new Map(), attempts: new Map() },
      ...{ refunds: new Map(), carriers: new Map() },
    },
    creditNotes: [],
    ledger: [],
    timeline: [],
    events: [],
    audits: [],
    retries: [],
    newAnchor: null,
    clockChanged: false,
  };
}

/** Business time: the frozen instant of a test clock, else PostgreSQL's clock. */
export function businessNow(work: SubscriptionWork): Instant {
  return work.clock?.frozenAt ?? work.tx.now;
}

/** Nothing new is charged for its tenant. */
export function isHeld({ tenantStatus }: Pick<SubscriptionWork, 'tenantStatus'>): boolean {
  return tenantStatus !== 'active';
}

type OpenKind = 'runs' | 'payments' | 'attempts';
type Kind = OpenKind | 'refunds' | 'carriers';
type RowOf = {
  runs: BillingRunRow;
  payments: PaymentRow;
  attempts: AttemptRow;
  refunds: RefundRow;
  carriers: CarrierRow;
};

/** A row that is undecided, and so among the open ones. */
export function add<K extends OpenKind>(work: SubscriptionWork, kind: K, row: RowOf[K]): RowOf[K] {
  (work.open[kind] as RowOf[K][]).push(row);
  return addApart(work, kind, row);
}

/** A new row that the owner's workflow has nothing to do with. */
export function addApart<K extends Kind>(work: SubscriptionWork, kind: K, row: RowOf[K]): RowOf[K] {
  (work.changed[kind] as Map<string, Stored<RowOf[K]>>).set(row.id, { row, isNew: true });
  return row;
}

export function touch<K extends Kind>(work: SubscriptionWork, kind: K, row: RowOf[K]): void {
  const changed = work.changed[kind] as Map<string, Stored<RowOf[K]>>;
  if (!changed.has(row.id)) changed.set(row.id, { row, isNew: false });
}

export function addInvoice(work: SubscriptionWork, row: InvoiceRow, lines: readonly InvoiceLine[]): InvoiceRow {
  work.open.invoices.push(row);
  work.changed.invoices.set(row.id, { row, isNew: true, lines, takesNumber: false });
  return row;
}

export function touchInvoice(work: SubscriptionWork, row: InvoiceRow): void {
  if (!work.changed.invoices.has(row.id))
    work.changed.invoices.set(row.id, { row, isNew: false, lines: [], takesNumber: false });
}

/** The invoice gets its number when the transaction settles, so that the counter's lock is held briefly. */
export function takeNumber(work: SubscriptionWork, row: InvoiceRow): void {
  touchInvoice(work, row);
  const changed = work.changed.invoices.get(row.id);
  if (changed && row.number === null) changed.takesNumber = true;
}

export function writeTimeline(work: SubscriptionWork, action: string, details: Record<string, unknown> = {}): void {
  work.timeline.push({ at: businessNow(work), action, planId: work.sub.planId, details });
}

export function writeAudit(
  work: SubscriptionWork,
  action: string,
  resourceId: string,
  details: Record<string, unknown> = {},
): void {
  work.audits.push({ action, resourceId, details });
}

/** `data` is rendered when the transaction settles, so that it says what was committed. */
export function emit<T extends Topic>(work: SubscriptionWork, topic: T, data: () => EventData<T>): void {
  work.events.push({ topic, data: data as () => EventData<Topic>, at: businessNow(work) });
}

/** One balanced transaction; entries of zero are left out. */
export function postLedger(
  work: SubscriptionWork,
  kind: string,
  of: { invoiceId?: string | null; paymentId?: string | null },
  entries: readonly LedgerEntry[],
): void {
  const moved = entries.filter((entry) => entry.amountMinor !== 0);
  if (moved.length === 0) return;
  const { invoiceId = null, paymentId = null } = of;
  work.ledger.push({ kind, invoiceId, paymentId, entries: moved, at: businessNow(work) });
}
