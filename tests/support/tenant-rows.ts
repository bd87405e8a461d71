import type { Call } from '../../billing/call.ts';
import { createSubscription } from '../../billing/subscriptions/create-subscription.ts';
import type { CreateSubscriptionInput } from '../../billing/subscriptions/new-subscription.ts';
import type { Answer } from '../../contracts/answer.ts';
import type {
  AttemptRow,
  BillingRunRow,
  InvoiceRow,
  PaymentRow,
  RefundRow,
  SubscriptionRow,
} from '../../db/queries/billing-rows.ts';
import type { TenantSettings } from '../../db/queries/load-subscription.ts';
import type { CustomerId, PaymentMethodId, PlanId, SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { BillingFixture } from './billing-fixture.ts';

export type Subscribing = Partial<CreateSubscriptionInput> & { token?: string | null; timezone?: string; key?: string };

export interface Subscribed {
  answer: Answer;
  id: SubscriptionId;
  customerId: CustomerId;
  methodId: PaymentMethodId | null;
  planId: PlanId;
}

interface RowsOf {
  invoices: InvoiceRow;
  payments: PaymentRow;
  payment_attempts: AttemptRow;
  refunds: RefundRow;
  billing_runs: BillingRunRow;
  timeline: { at: Instant; action: string; actor: string; details: Record<string, unknown> };
  intents: { kind: string; dueAt: Instant };
  outbox: { topic: string; envelope: { origin: string; data: Record<string, unknown> } };
}
const orderOf: Partial<Record<keyof RowsOf, string>> = { billing_runs: 'boundary_at', outbox: 'sequence' };

/** What a test asks for by way of the real create, and what it reads as the owner, whoever lets time pass. */
export interface TenantRows {
  callWith(key: string, hash?: string): Call;
  subscribe(input?: Subscribing): Promise<Subscribed>;
  sub(id: SubscriptionId): Promise<SubscriptionRow>;
  rows<T extends keyof RowsOf>(table: T, id: SubscriptionId): Promise<RowsOf[T][]>;
  actions(id: SubscriptionId): Promise<string[]>;
  topics(id: SubscriptionId): Promise<string[]>;
  setSettings(settings: TenantSettings): Promise<void>;
}

export function openTenantRows(fixture: Omit<BillingFixture, 'close'>): TenantRows {
  const { owner, tenantId, context } = fixture;
  const callWith = (key: string, hash = 'same request'): Call => ({ ...fixture.call, claim: { key, hash } });
  const tenant: TenantRows = {
    callWith,
    async subscribe({ token, timezone, key, ...input } = {}) {
      const planId = input.planId ?? (await fixture.makePlan());
      const made = input.customerId
        ? { customerId: input.customerId, methodId: null }
        : await fixture.makeCustomer({ ...(token === undefined ? {} : { token }), ...(timezone ? { timezone } : {}) });
      const answer = await createSubscription(context, key ? callWith(key) : fixture.call, {
        paymentMethodId: null,
        startDate: null,
        trialPeriodDays: null,
        quantity: 1,
        metadata: {},
        allowIncomplete: false,
        groupId: null,
        ...input,
        planId,
        customerId: made.customerId,
      });
      return { ...made, answer, planId, id: (answer.body as { subscription_id: SubscriptionId }).subscription_id };
    },
    async sub(id) {
      const [row] = await owner<
        SubscriptionRow[]
      >`select * from subscriptions where tenant_id = ${tenantId} and id = ${id}`;
      if (!row) throw new Error(`no subscription ${id}`);
      return row;
    },
    async rows(table, id) {
      const order = orderOf[table] ?? 'id';
      const found = await owner`
        select * from ${owner(table as string)} where tenant_id = ${tenantId} and subscription_id = ${id} order by ${owner(order as string)}`;
      return [...found] as never;
    },
    actions: async (id) => (await tenant.rows('timeline', id)).map(({ action }) => action),
    topics: async (id) => (await tenant.rows('outbox', id)).map(({ topic }) => topic),
    async setSettings(settings) {
      await owner`update tenants set settings = ${owner.json(settings as never)} where tenant_id = ${tenantId}`;
    },
  };
  return tenant;
}
