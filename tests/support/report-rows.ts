import type { Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { TenantId } from '../../domain/ids.ts';

type Changed = Record<string, unknown>;

/** Rows of one tenant with dates as a test wants them, written by the owner: what years of billing would leave behind. */
export interface ReportRows {
  tenantId: TenantId;
  makePrice(price: { model: 'flat' | 'per_unit'; amount: number; currency: string; unit: string }): Promise<string>;
  subscribe(priceId: string, changed: Changed): Promise<string>;
  run(subscriptionId: string, changed: Changed): Promise<void>;
  /** An invoice with one payment on it; of another payment's invoice where it is named. */
  pay(changed: {
    invoiceId?: string;
    invoice?: Changed;
    payment?: Changed;
  }): Promise<{ id: string; invoiceId: string }>;
  attempt(of: { id: string; invoiceId: string }, changed: Changed): Promise<void>;
  /** A balanced ledger transaction: what account one is debited, account two is credited. */
  post(
    kind: string,
    accounts: readonly [string, string],
    of: { amount: number; currency: string; at: string },
  ): Promise<void>;
}

export async function openReportRows(
  owner: Sql,
  given: { timezone?: string; frozenAt?: string; status?: string } = {},
): Promise<ReportRows> {
  const [tenantId, customerId] = [newId('tenant'), newId('customer')];
  const [planId, methodId] = [newId('plan'), newId('paymentMethod')];
  const settings = given.timezone === undefined ? {} : { timezone: given.timezone };
  await owner`insert into tenants (tenant_id, name, mode, status, settings)
    values (${tenantId}, 'reported', 'sandbox', ${given.status ?? 'active'}, ${owner.json(settings)})`;
  if (given.frozenAt !== undefined)
    await owner`insert into test_clocks (tenant_id, scope, frozen_at) values (${tenantId}, 'tenant', ${given.frozenAt})`;
  await owner`insert into customers (tenant_id, id, email) values (${tenantId}, ${customerId}, 'ada@example.com')`;
  await owner`insert into plans (tenant_id, id, name, current_price_id) values (${tenantId}, ${planId}, 'Pro', 'none')`;
  await owner`insert into payment_methods (tenant_id, id, customer_id, provider, provider_method_id, brand)
    values (${tenantId}, ${methodId}, ${customerId}, 'sandbox', 'tok_ok', 'visa')`;
  const insert: Insert = (table, row) => owner`insert into ${owner(table)} ${owner({ tenantId, ...row } as never)}`;
  return {
    tenantId,
    ...subscriptionRows(insert, { customerId, planId }),
    ...paymentRows(insert, { customerId, methodId }),
    async post(kind, accounts, { amount, currency, at }) {
      const transactionId = newId('event').replace('evt_', 'ltx_');
      const rows = accounts.map((account, position) => ({
        ...{ tenantId, transactionId, position, kind, account, currency, at },
        amountMinor: position === 0 ? amount : -amount,
      }));
      await owner`insert into ledger_entries ${owner(rows as never)}`;
    },
  };
}

type Insert = (table: string, row: Changed) => PromiseLike<unknown>;

function subscriptionRows(
  insert: Insert,
  of: { customerId: string; planId: string },
): Pick<ReportRows, 'makePrice' | 'subscribe' | 'run'> {
  let version = 0;
  return {
    async makePrice({ model, amount, currency, unit }) {
      const id = newId('price');
      version += 1;
      const period = { intervalUnit: unit, intervalCount: 1 };
      await insert('prices', { id, planId: of.planId, version, model, amountMinor: amount, currency, ...period });
      return id;
    },
    async subscribe(priceId, changed) {
      const id = newId('subscription');
      const next = { nextKind: 'none', nextAt: 'infinity', wakeAt: 'infinity' };
      const facts = { quantity: 1, currency: 'USD', timezone: 'UTC', status: 'active' };
      await insert('subscriptions', { id, ...of, priceId, ...facts, ...next, ...changed });
      return id;
    },
    async run(subscriptionId, { boundaryAt, ...changed }) {
      const dates = { boundaryAt, periodStartAt: boundaryAt, periodEndAt: boundaryAt, openedAt: boundaryAt };
      const facts = { kind: 'renewal', ordinal: 1, amountMinor: 1_999, status: 'open' };
      await insert('billing_runs', { id: newId('billingRun'), subscriptionId, ...facts, ...dates, ...changed });
    },
  };
}

function paymentRows(
  insert: Insert,
  { customerId, methodId }: { customerId: string; methodId: string },
): Pick<ReportRows, 'pay' | 'attempt'> {
  const ofCustomer = { customerId, currency: 'USD' };
  return {
    async pay({ invoiceId, invoice = {}, payment = {} }) {
      const made = { id: newId('payment') as string, invoiceId: invoiceId ?? newId('invoice') };
      if (invoiceId === undefined) {
        const facts = { kind: 'period', status: 'open', subtotalMinor: 1_999, totalMinor: 1_999 };
        await insert('invoices', { id: made.invoiceId, ...ofCustomer, ...facts, ...invoice });
      }
      const collects = { amountMinor: 1_999, attemptCountMax: 5, status: 'failed' };
      await insert('payments', { ...made, ...ofCustomer, ...collects, ...payment });
      return made;
    },
    async attempt({ id: paymentId, invoiceId }, changed) {
      const facts = { number: 1, trigger: 'renewal', provider: 'sandbox', amountMinor: 1_999, currency: 'USD' };
      const method = { paymentMethodId: methodId, providerMethodId: 'tok_ok', dueAt: '2026-03-01T00:00:00Z' };
      await insert('payment_attempts', { id: newId('attempt'), paymentId, invoiceId, ...facts, ...method, ...changed });
    },
  };
}
