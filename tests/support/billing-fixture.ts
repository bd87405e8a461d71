import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import type { Call } from '../../billing/call.ts';
import type { BillingContext, OwedIntent } from '../../billing/context.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { CustomerId, PaymentMethodId, PlanId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import { driveSteps, type Rest } from './drive-steps.ts';
import { testSealing } from './test-sealer.ts';

export interface BillingFixture {
  context: BillingContext;
  provider: FakePaymentProvider;
  intents: OwedIntent[];
  call: Call;
  tenantId: TenantId;
  owner: Sql;
  app: Sql;
  makePlan(plan?: {
    amountMinor?: number;
    interval?: string;
    count?: number;
    trialDays?: number;
    group?: string;
    currency?: string;
  }): Promise<PlanId>;
  makeCustomer(customer?: {
    token?: string | null;
    timezone?: string;
  }): Promise<{ customerId: CustomerId; methodId: PaymentMethodId | null }>;
  addMethod(customerId: CustomerId, token: string): Promise<PaymentMethodId>;
  /** Runs the subscription's steps as its workflow would, until it sleeps or ends. */
  drive(id: SubscriptionId): Promise<Rest>;
  close(): Promise<void>;
}

/** A tenant of its own on the test stack's PostgreSQL, the real verbs as the app role, and a provider in memory. */
export async function openBillingFixture(
  urls: { ownerUrl: string; appUrl: string },
  clock?: BillingContext['database']['clock'],
): Promise<BillingFixture> {
  const pools = openFixturePools(urls);
  const fixture = await openTenantFixture(pools, clock);
  return { ...fixture, close: pools.close };
}

export interface FixturePools {
  owner: Sql;
  app: Sql;
  close(): Promise<void>;
}

export function openFixturePools(urls: { ownerUrl: string; appUrl: string }): FixturePools {
  const owner = openDatabase(urls.ownerUrl, { max: 2, name: 'fixture-owner' });
  const app = openDatabase(urls.appUrl, { max: 8, name: 'fixture-app' });
  return {
    owner,
    app,
    async close() {
      await Promise.all([owner.end(), app.end()]);
    },
  };
}

/** The same on pools that a file's tests share; they are closed by whoever opened them. */
export async function openTenantFixture(
  { owner, app }: FixturePools,
  clock?: BillingContext['database']['clock'],
): Promise<Omit<BillingFixture, 'close'>> {
  const provider = new FakePaymentProvider();
  const intents: OwedIntent[] = [];
  const context: BillingContext = {
    database: clock ? { sql: app, clock } : { sql: app },
    ...testSealing,
    provider: () => provider,
    sendIntents: (owed) => intents.push(...owed),
  };
  const tenantId = newId('tenant');
  await owner`insert into tenants (tenant_id, name, mode) values (${tenantId}, 'fixture', 'sandbox')`;
  const call: Call = { tenantId, caller: { actor: 'fixture', origin: 'api', requestId: null }, claim: null };
  const addMethod = async (customerId: CustomerId, token: string) => {
    const methodId = newId('paymentMethod');
    const attached = await provider.attachMethod({ tenantId, token, idempotencyKey: methodId });
    await owner`insert into payment_methods ${owner({ tenantId, id: methodId, customerId, provider: 'sandbox', ...attached })}`;
    return methodId;
  };
  return {
    context,
    provider,
    intents,
    call,
    tenantId,
    owner,
    app,
    addMethod,
    async makePlan(plan = {}) {
      const planId = newId('plan');
      const priceId = newId('price');
      await owner`insert into plans (tenant_id, id, name, current_price_id, trial_period_days, plan_group)
        values (${tenantId}, ${planId}, 'Pro', ${priceId}, ${plan.trialDays ?? 0}, ${plan.group ?? null})`;
      await owner`insert into prices (tenant_id, id, plan_id, version, model, amount_minor, currency, interval_unit, interval_count)
        values (${tenantId}, ${priceId}, ${planId}, 1, 'per_unit', ${plan.amountMinor ?? 1999}, ${plan.currency ?? 'USD'},
                ${plan.interval ?? 'month'}, ${plan.count ?? 1})`;
      return planId;
    },
    async makeCustomer(customer = {}) {
      const customerId = newId('customer');
      await owner`insert into customers (tenant_id, id, email, timezone)
        values (${tenantId}, ${customerId}, 'someone@example.com', ${customer.timezone ?? 'UTC'})`;
      if (customer.token === null) return { customerId, methodId: null };
      const methodId = await addMethod(customerId, customer.token ?? 'tok_ok');
      await owner`update customers set default_payment_method_id = ${methodId} where id = ${customerId}`;
      return { customerId, methodId };
    },
    drive: (id) => driveSteps(context, { tenantId, subscriptionId: id }),
  };
}
