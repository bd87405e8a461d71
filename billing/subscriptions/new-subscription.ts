import { newId } from '../../db/new-id.ts';
import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { countLive, type NewSubscriptionFacts } from '../../db/queries/load-new-subscription.ts';
import { refuseOver } from '../../db/queries/quotas.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { addLocalDays, localDateOf, startOfLocalDate } from '../../domain/calendar/local-date.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId, PaymentMethodId, PlanId, SubscriptionId } from '../../domain/ids.ts';
import { HOUR_MS, type Instant, NEVER } from '../../domain/instant.ts';
import { refuseLiveInGroup } from './refuse-group-conflict.ts';

export interface CreateSubscriptionInput {
  customerId: CustomerId;
  planId: PlanId;
  paymentMethodId: PaymentMethodId | null;
  startDate: string | null;
  trialPeriodDays: number | null;
  quantity: number;
  metadata: Record<string, string>;
  allowIncomplete: boolean;
  groupId: string | null;
}

type Complete<T> = { [K in keyof T]: NonNullable<T[K]> };
type Checked = Complete<Pick<NewSubscriptionFacts, 'customer' | 'plan'>> & NewSubscriptionFacts;

/** R20's checks, in the order of their precedence on the wire. */
export async function checkNewSubscription(
  tx: TenantTransaction,
  input: CreateSubscriptionInput,
  facts: NewSubscriptionFacts,
): Promise<Checked> {
  const { customer, plan, method } = facts;
  if (!customer) throw new DomainError('not_found', 'There is no such customer.', { field: 'customer_id' });
  if (!plan) throw new DomainError('not_found', 'There is no such plan.', { field: 'plan_id' });
  if (input.paymentMethodId && !method) {
    throw new DomainError('not_found', 'The customer has no such payment method.', { field: 'payment_method_id' });
  }
  if (plan.planStatus === 'archived') throw new DomainError('plan_archived', 'The plan takes no new subscriptions.');
  if (customer.status !== 'active') throw new DomainError('customer_inactive', 'The customer is not active.');
  // The API lets nobody of such a tenant in; what it let in a moment ago is refused here.
  if (facts.tenantStatus !== 'active') throw new DomainError('tenant_suspended', 'The tenant is not active.');
  await refuseLiveInGroup(tx, customer.id, plan.planGroup);
  await refuseOver(tx, 'subscriptions', facts.subscriptionsMax);
  if (plan.maxSubscriptions !== null || plan.maxPerCustomer !== null) {
    const count = await countLive(tx, plan.price.planId, customer.id);
    const full = count.ofPlan >= (plan.maxSubscriptions ?? NEVER) || count.ofCustomer >= (plan.maxPerCustomer ?? NEVER);
    if (full) throw new DomainError('plan_limit_reached', 'The plan’s limit of subscriptions is reached.');
  }
  return { ...facts, customer, plan };
}

/** When it begins and whether a trial comes first; refuses a start date that has passed in the customer's zone. */
export function planStart(
  input: CreateSubscriptionInput,
  facts: Checked,
  now: Instant,
): { startsAt: Instant; scheduled: boolean; trialEndAt: Instant | null } {
  const zone = facts.customer.timezone;
  const today = localDateOf(now, zone);
  if (input.startDate !== null && input.startDate < today) {
    throw new DomainError('invalid_request', 'start_date lies in the past.', { field: 'start_date' });
  }
  const scheduled = input.startDate !== null && input.startDate > today;
  const startsAt = scheduled ? startOfLocalDate(input.startDate ?? today, zone) : now;
  const trialDays = input.trialPeriodDays ?? facts.plan.trialPeriodDays;
  return { startsAt, scheduled, trialEndAt: trialDays > 0 ? addLocalDays(startsAt, trialDays, zone) : null };
}

/** The row before anything has happened to it. */
export function newSubscriptionRow(
  tx: TenantTransaction,
  input: CreateSubscriptionInput,
  parts: { facts: Checked; start: ReturnType<typeof planStart>; now: Instant; id?: SubscriptionId },
): SubscriptionRow {
  const { facts, start, now } = parts;
  const incomplete = !start.scheduled && start.trialEndAt === null;
  return {
    tenantId: tx.tenantId,
    id: parts.id ?? newId('subscription'),
    customerId: facts.customer.id,
    planId: facts.plan.price.planId,
    priceId: facts.plan.price.id,
    planGroup: facts.plan.planGroup,
    paymentMethodId: input.paymentMethodId,
    quantity: input.quantity,
    currency: facts.plan.price.currency,
    timezone: facts.customer.timezone,
    groupId: input.groupId,
    status: start.scheduled ? 'scheduled' : 'incomplete',
    collection: 'normal',
    startsAt: start.startsAt,
    trialEndAt: start.trialEndAt,
    periodStartAt: null,
    periodEndAt: null,
    periodPausedMs: 0,
    basis: null,
    pendingLines: [],
    creditBalanceMinor: 0,
    pendingChange: null,
    cancelAt: null,
    cancelReason: null,
    canceledAt: null,
    pausedAt: null,
    resumesAt: null,
    pauseRemainingMs: null,
    statusBeforePause: null,
    allowIncomplete: input.allowIncomplete,
    incompleteExpiresAt: incomplete ? now + 24 * HOUR_MS : null,
    nextKind: 'none',
    nextAt: NEVER,
    wakeAt: NEVER,
    sleepingUntil: null,
    fruitlessTries: 0,
    parkedAt: null,
    parked: null,
    hasOpenWork: false,
    lastResult: 'Created',
    version: 0,
    sequence: 0,
    metadata: input.metadata,
    createdAt: now,
    updatedAt: tx.now,
  };
}
