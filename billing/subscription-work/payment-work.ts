import type { CarrierRow, InvoiceRow, PaymentRow, SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { loadPaymentSurroundings, lockCarrier } from '../../db/queries/carriers.ts';
import type {
  OpenWork,
  SubscriptionSurroundings,
  TenantSettings,
  TenantStatus,
} from '../../db/queries/load-subscription.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { CustomerId, PaymentId, PlanId, PriceId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import { type Instant, NEVER } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { WorkflowRef } from '../../domain/workflow-ref.ts';
import type { Caller } from '../context.ts';
import { loadWork, newWork, type SubscriptionWork, type WorkOwner } from './subscription-work.ts';

/** The work of whichever row a workflow is for, under its lock. A refund's is another: it only reports to these. */
export async function loadWorkOf(tx: TenantTransaction, ref: WorkflowRef, caller: Caller): Promise<SubscriptionWork> {
  const work =
    'subscriptionId' in ref
      ? await loadWork(tx, ref.subscriptionId as SubscriptionId, caller)
      : await loadPaymentWork(tx, ref.carrierId as PaymentId, caller);
  invariant(
    work,
    `${'subscriptionId' in ref ? `subscription ${ref.subscriptionId}` : `carrier ${ref.carrierId}`} exists`,
  );
  return work;
}

/** Whose lock the facts of a payment go under: its subscription's, else its own. */
export function refOfPayment(payment: Pick<PaymentRow, 'tenantId' | 'id' | 'subscriptionId'>): WorkflowRef {
  const { tenantId, id, subscriptionId } = payment;
  return subscriptionId === null ? { tenantId, carrierId: id, carries: 'payment' } : { tenantId, subscriptionId };
}

/** A payment without a subscription, under its carrier's lock; null where there is none. */
async function loadPaymentWork(tx: TenantTransaction, id: PaymentId, caller: Caller): Promise<SubscriptionWork | null> {
  const carrier = await lockCarrier(tx, id);
  if (carrier?.kind !== 'payment') return null;
  const { settings, mode, tenantStatus, timezone, currency, invoiceNumber, open } = await loadPaymentSurroundings(
    tx,
    id,
  );
  const { tenantId, customerId, createdAt } = carrier;
  return standInWork({
    ...{ tx, caller, open, settings, tenantMode: mode, tenantStatus },
    owner: { kind: 'payment', carrier, isNew: false },
    row: { ...standIn({ tenantId, id, customerId, currency, timezone, createdAt }), ...engineSideOf(carrier) },
    name: `Invoice ${invoiceNumber ?? ''}`,
  });
}

interface InvoiceOwner {
  invoice: Pick<InvoiceRow, 'tenantId' | 'id' | 'customerId' | 'currency' | 'createdAt'>;
  timezone: string;
  settings: TenantSettings;
  tenantMode: 'sandbox' | 'live';
  tenantStatus: TenantStatus;
}

/** An invoice without a subscription that nobody has been asked to pay yet; its row, if there is one, is the caller's to lock. */
export function invoiceWork(
  tx: TenantTransaction,
  caller: Caller,
  { invoice, timezone, settings, tenantMode, tenantStatus }: InvoiceOwner,
): SubscriptionWork {
  const { tenantId, id, customerId, currency, createdAt } = invoice;
  return standInWork({
    ...{ tx, caller, settings, tenantMode, tenantStatus },
    open: { runs: [], invoices: [], payments: [], attempts: [] },
    owner: { kind: 'invoice', invoiceId: id },
    row: standIn({ tenantId, id, customerId, currency, timezone, createdAt }),
    name: 'Invoice',
  });
}

/** The invoice has a payment from now on: its carrier takes over, with a workflow that is still to be started. */
export function carryPayment(work: SubscriptionWork, payment: PaymentRow): void {
  const { tenantId, id, customerId } = payment;
  const carrier: CarrierRow = {
    ...{ tenantId, id, kind: 'payment', paymentId: id, refundId: null, customerId },
    ...{
      nextKind: 'none',
      nextAt: NEVER,
      wakeAt: NEVER,
      sleepingUntil: null,
      fruitlessTries: 0,
      parkedAt: null,
      parked: null,
    },
    ...{ hasOpenWork: true, lastResult: '', version: 0, sequence: 0, createdAt: work.tx.now, updatedAt: work.tx.now },
  };
  work.sub.id = id as string as SubscriptionId;
  Object.assign(work.sub, engineSideOf(carrier));
  work.owner = { kind: 'payment', carrier, isNew: true };
}

function engineSideOf(carrier: CarrierRow) {
  const { nextKind, nextAt, wakeAt, sleepingUntil, fruitlessTries, parkedAt, parked } = carrier;
  const { hasOpenWork, lastResult, version, sequence } = carrier;
  return {
    ...{ nextKind, nextAt, wakeAt, sleepingUntil, fruitlessTries, parkedAt, parked },
    ...{ hasOpenWork, lastResult, version, sequence },
  };
}

function standInWork(parts: {
  tx: TenantTransaction;
  caller: Caller;
  row: SubscriptionRow;
  owner: WorkOwner;
  open: OpenWork;
  settings: TenantSettings;
  tenantMode: 'sandbox' | 'live';
  tenantStatus: TenantStatus;
  name: string;
}): SubscriptionWork {
  const { tx, caller, row, owner, open, settings, tenantMode, tenantStatus, name } = parts;
  const surroundings: SubscriptionSurroundings = {
    ...{ planName: name, anchor: null, clock: null, settings, tenantMode, tenantStatus, lastRunOrdinal: -1 },
    price: {
      ...{ id: '' as PriceId, planId: '' as PlanId, version: 1, model: 'flat', amountMinor: 0 },
      ...{ currency: row.currency, interval: { unit: 'month', count: 1 } },
    },
  };
  return newWork({ tx, caller, sub: row, isNew: false, surroundings, open, owner });
}

/** A subscription that only collects: it has no period, plan or end, so that nothing but its payments is ever due of it. */
function standIn(facts: {
  tenantId: TenantId;
  id: string;
  customerId: CustomerId;
  currency: string;
  timezone: string;
  createdAt: Instant;
}): SubscriptionRow {
  const { tenantId, id, customerId, currency, timezone, createdAt } = facts;
  return {
    ...{
      tenantId,
      id: id as SubscriptionId,
      customerId,
      planId: '' as PlanId,
      priceId: '' as PriceId,
      planGroup: null,
    },
    ...{
      paymentMethodId: null,
      quantity: 1,
      currency,
      timezone,
      groupId: null,
      status: 'active',
      collection: 'normal',
    },
    ...{
      startsAt: createdAt,
      trialEndAt: null,
      periodStartAt: null,
      periodEndAt: null,
      periodPausedMs: 0,
      basis: null,
    },
    ...{ pendingLines: [], creditBalanceMinor: 0, pendingChange: null, cancelAt: null, cancelReason: null },
    ...{ canceledAt: null, pausedAt: null, resumesAt: null, pauseRemainingMs: null, statusBeforePause: null },
    ...{ allowIncomplete: false, incompleteExpiresAt: null, nextKind: 'none', nextAt: NEVER, wakeAt: NEVER },
    ...{ sleepingUntil: null, fruitlessTries: 0, parkedAt: null, parked: null, hasOpenWork: false, lastResult: '' },
    ...{ version: 1, sequence: 0, metadata: {}, createdAt, updatedAt: createdAt },
  };
}
