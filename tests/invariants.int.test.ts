import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTemporalEngine, workflowIdOf } from '../adapters/engine/temporal/temporal-engine.ts';
import type { FakePaymentProvider } from '../adapters/payments/fake.ts';
import type { PaymentProvider } from '../adapters/payments/port.ts';
import { createSubscription } from '../billing/subscriptions/create-subscription.ts';
import type { Sql } from '../db/database.ts';
import { findViolations, invariantChecks } from '../db/queries/invariants.ts';
import type { SubscriptionId, TenantId } from '../domain/ids.ts';
import { DAY_MS } from '../domain/instant.ts';
import { readStart } from '../pipelines/deliver-wake.ts';
import { connectTemporalLazily, type TemporalConnection } from '../runtime/temporal-connection.ts';
import { matchCharges } from '../stack/invariants/match-charges.ts';
import { matchWorkflows } from '../stack/invariants/match-workflows.ts';
import { type FixturePools, openFixturePools, openTenantFixture } from './support/billing-fixture.ts';
import { type OwnDatabase, openOwnDatabase } from './support/own-database.ts';
import { refundPart } from './support/refund-part.ts';
import { stackEnv } from './support/stack-env.ts';

let database: OwnDatabase;
let pools: FixturePools;

beforeAll(async () => {
  database = await openOwnDatabase();
  pools = openFixturePools(database);
  // What these refuse is what has to be put in: the checks are the second line behind them.
  await database.owner`drop index payment_attempts_one_open_per_invoice`;
  await database.owner`alter table billing_runs drop constraint billing_runs_one_per_boundary`;
  await database.owner`alter table inbox drop constraint inbox_tenant_id_provider_endpoint_provider_event_id_pk`;
  await database.owner`alter table payments drop constraint payments_returns_within_captured`;
});

afterAll(async () => {
  await pools.close();
  await database.close();
});

interface Life {
  tenantId: TenantId;
  provider: FakePaymentProvider;
  id: SubscriptionId;
  otherId: SubscriptionId;
  now: number;
}

/** Two subscriptions in their second period, a part of one payment refunded, everything sent. */
async function live(): Promise<Life> {
  let now = Date.now();
  const fixture = await openTenantFixture(pools, () => now);
  const { context, call, tenantId, owner } = fixture;
  const planId = await fixture.makePlan();
  const ids: SubscriptionId[] = [];
  for (let count = 0; count < 2; count += 1) {
    const { customerId } = await fixture.makeCustomer();
    const input = { customerId, planId, paymentMethodId: null, startDate: null, trialPeriodDays: null, quantity: 1 };
    const answer = await createSubscription(context, call, {
      ...input,
      metadata: {},
      allowIncomplete: false,
      groupId: null,
    });
    ids.push((answer.body as { subscription_id: SubscriptionId }).subscription_id);
  }
  now += 32 * DAY_MS;
  for (const id of ids) await fixture.drive(id);
  await refundPart(fixture, ids[0] as SubscriptionId);
  await owner`update outbox set published_at = now() where tenant_id = ${tenantId}`;
  await owner`delete from intents where tenant_id = ${tenantId}`;
  // The engine knows real time only.
  await owner`update subscriptions set updated_at = now() where tenant_id = ${tenantId}`;
  const [id, otherId] = ids as [SubscriptionId, SubscriptionId];
  return { tenantId, provider: fixture.provider, id, otherId, now };
}

function violationsOf({ tenantId, now }: Life) {
  return findViolations(database.owner, { tenantId, toleratedMs: 60_000, now });
}

type Corrupt = (owner: Sql, life: Life) => PromiseLike<unknown>;

/** By what each check says, the smallest change that it has to name. */
const corruptions: Record<string, Corrupt> = {
  'a ledger transaction does not balance': (owner, { tenantId }) =>
    owner`update ledger_entries set amount_minor = amount_minor + 1 where tenant_id = ${tenantId} and account = 'revenue'`,
  'the accounts of a tenant do not sum to zero': (owner, { tenantId }) =>
    owner`delete from ledger_entries where tenant_id = ${tenantId} and account = 'provider_clearing'`,
  'an invoice’s total is not the sum of its lines': (owner, { tenantId }) =>
    owner`update invoice_lines set amount_minor = amount_minor - 1 where tenant_id = ${tenantId}`,
  'an invoice is paid by more or less than its total, or paid without being so': (owner, { tenantId }) =>
    owner`update invoices set amount_paid_minor = 1 where tenant_id = ${tenantId}`,
  'an invoice’s status does not agree with the ledger': (owner, { tenantId }) =>
    owner`update invoices set status = 'open', amount_paid_minor = 0 where tenant_id = ${tenantId}`,
  'invoice numbers have a gap, or an issued invoice has none': (owner, { tenantId }) =>
    owner`update invoices set number = 9 where tenant_id = ${tenantId} and number = 2`,
  'a subscription’s credit balance is not what the ledger owes it': (owner, { id }) =>
    owner`update subscriptions set credit_balance_minor = 500 where id = ${id}`,
  'an invoice has more than one succeeded attempt that is not surplus': (owner, { id }) =>
    owner`insert into payment_attempts select (jsonb_populate_record(a, jsonb_build_object('id', id || 'x', 'number', 2))).*
      from payment_attempts a where subscription_id = ${id}`,
  'a capture neither pays its invoice nor goes back in full': (owner, { id }) =>
    owner`update payment_attempts set surplus = true where subscription_id = ${id}`,
  'an invoice with a total is paid without a succeeded attempt': (owner, { id }) =>
    owner`update payment_attempts set status = 'declined' where subscription_id = ${id}`,
  'an attempt is open although its invoice is decided': (owner, { id }) =>
    owner`update payment_attempts set status = 'created' where subscription_id = ${id}`,
  'a payment’s disputed amount is not what its open and lost disputes reserve': (owner, { id }) =>
    owner`update payments set disputed_minor = 500 where subscription_id = ${id}`,
  'the ledger does not hold what a payment’s disputes reserve': (owner, { tenantId, id }) =>
    owner`with booked as (select * from ledger_entries where subscription_id = ${id} and kind = 'charge' limit 1)
      insert into ledger_entries (tenant_id, transaction_id, position, kind, account, currency, amount_minor, subscription_id,
                                  invoice_id, payment_id, at)
      select tenant_id, 'ltx_dispute', at.position, 'dispute_open', at.account, currency, at.amount, ${id}, invoice_id, payment_id,
             booked.at
      from booked, (values (0, 'disputes', 1), (1, 'provider_clearing', -1)) at (position, account, amount)
      where tenant_id = ${tenantId}`,
  'a dispute is about another payment’s attempt': (owner, life) =>
    owner`insert into disputes (tenant_id, id, payment_id, attempt_id, provider, provider_dispute_id, status, amount_minor,
                                currency, reason, opened_at)
      select a.tenant_id, 'dsp_1', p.id, a.id, a.provider, 'dp_1', 'won', 1, a.currency, 'test', now()
      from payment_attempts a, payments p where a.subscription_id = ${life.id} and p.subscription_id = ${life.otherId} limit 1`,
  'a payment’s captured or reserved amounts do not agree with its attempts, refunds and disputes': (owner, { id }) =>
    owner`update payments set disputed_minor = 1 where subscription_id = ${id}`,
  'a refund reserves more of a capture than it took': (owner, { id }) =>
    owner`update refunds set amount_minor = 2000 where subscription_id = ${id}`,
  'a credit note is not the sum of its lines, or not its refund': (owner, { tenantId }) =>
    owner`update credit_note_lines set amount_minor = amount_minor + 1 where tenant_id = ${tenantId}`,
  'a refund is done without a credit note': (owner, { tenantId }) =>
    owner`with gone as (delete from credit_note_lines where tenant_id = ${tenantId})
      delete from credit_notes where tenant_id = ${tenantId}`,
  'credit note numbers have a gap': (owner, { tenantId }) =>
    owner`update credit_notes set number = 2 where tenant_id = ${tenantId}`,
  'what refunds gave back is not what the ledger says': (owner, { tenantId }) =>
    owner`delete from ledger_entries where tenant_id = ${tenantId} and kind = 'refund'`,
  'a refund or dispute is in another currency than its payment': (owner, { tenantId }) =>
    owner`update refunds set currency = 'EUR' where tenant_id = ${tenantId}`,
  'a refund, or a payment without a subscription, has no carrier': (owner, { id }) =>
    owner`insert into refunds (tenant_id, id, payment_id, attempt_id, subscription_id, status, reason, amount_minor, currency)
      select tenant_id, 'ref_alone', payment_id, id, subscription_id, 'requested', 'test', 1, currency
      from payment_attempts where subscription_id = ${id} limit 1`,
  'a carrier’s open work is not what its refund or payment says': (owner, { tenantId }) =>
    owner`update carriers set has_open_work = true where tenant_id = ${tenantId}`,
  'a carrier has something pending that no workflow has promised to be awake for, and no wake is owed': (
    owner,
    { tenantId },
  ) => owner`update carriers set wake_at = now(), sleeping_until = 'infinity' where tenant_id = ${tenantId}`,
  'a carrier has been due for a while and nobody was awake for it': (owner, { tenantId }) =>
    owner`update carriers set wake_at = created_at - interval '1 hour', sleeping_until = created_at where tenant_id = ${tenantId}`,
  'the events of a payment without a subscription have a gap': (owner, { tenantId }) =>
    owner`update carriers set sequence = 2 where tenant_id = ${tenantId}`,
  'an open attempt was due to be taken further, and was not': (owner, { id }) =>
    owner`update payment_attempts set status = 'sent', lease_until = created_at where subscription_id = ${id}`,
  'an authentication is open past its end': (owner, { id }) =>
    owner`update payment_attempts set status = 'requires_action', expires_at = created_at where subscription_id = ${id}`,
  'an open refund was due to be taken further, and was not': (owner, { id }) =>
    owner`insert into refunds (tenant_id, id, payment_id, attempt_id, subscription_id, status, reason, amount_minor, currency)
      select tenant_id, 'ref_late', payment_id, id, subscription_id, 'requested', 'test', 1, currency
      from payment_attempts where subscription_id = ${id} limit 1`,
  'a refund was asked for as often as its schedule says, and no person has it': (owner, { tenantId }) =>
    owner`update refunds set status = 'pending', resolve_count = 12 where tenant_id = ${tenantId}`,
  'periods leave a gap or overlap': (owner, { id }) =>
    owner`update billing_runs set period_end_at = period_end_at - interval '1 day' where subscription_id = ${id} and ordinal = 0`,
  'a billing run is not that of its boundary, or a boundary has two': (owner, { id }) =>
    owner`insert into billing_runs select (jsonb_populate_record(r, '{"id":"run_copy"}')).*
      from billing_runs r where subscription_id = ${id} and ordinal = 1`,
  'the period in force is not the one that was settled last': (owner, { id }) =>
    owner`update subscriptions set period_end_at = period_end_at + interval '1 day' where id = ${id}`,
  'a billing run and its invoice do not agree': (owner, { id }) =>
    owner`update invoices set billing_run_id = null where subscription_id = ${id}`,
  'an ended subscription still owes a period, or a running one has none': (owner, { id }) =>
    owner`update subscriptions set status = 'past_due' where id = ${id}`,
  'the events of a subscription have a gap': (owner, { id }) =>
    owner`delete from outbox where subscription_id = ${id} and sequence = 2`,
  'an event is not published': (owner, { id }) =>
    owner`update outbox set published_at = null where subscription_id = ${id} and sequence = 1`,
  'a provider’s notification is neither handled nor dead-lettered': (owner, { tenantId }) =>
    owner`insert into inbox (tenant_id, provider, endpoint, provider_event_id, id, body, published_at)
      values (${tenantId}, 'sandbox', 'default', 'evt_2', 'whk_2', '', now())`,
  'a provider’s notification is in the inbox more than once': (owner, { tenantId }) =>
    owner`insert into inbox (tenant_id, provider, endpoint, provider_event_id, id, body, published_at, processed_at, status)
      select ${tenantId}, 'sandbox', 'default', 'evt_3', id, '', now(), now(), 'processed' from unnest('{whk_3,whk_4}'::text[]) id`,
  'a provider’s notification is said to be handled or dead, and nothing says when or why': (owner, { tenantId }) =>
    owner`insert into inbox (tenant_id, provider, endpoint, provider_event_id, id, body, published_at, status)
      values (${tenantId}, 'sandbox', 'default', 'evt_5', 'whk_5', '', now(), 'processed')`,
  'a provider’s notification is not published': (owner, { tenantId }) =>
    owner`insert into inbox (tenant_id, provider, endpoint, provider_event_id, id, body)
      values (${tenantId}, 'sandbox', 'default', 'evt_1', 'whk_1', '')`,
  'something is pending that no workflow has promised to be awake for, and no wake is owed': (owner, { id }) =>
    owner`update subscriptions set sleeping_until = 'infinity' where id = ${id}`,
  'something has been due for a while and nobody was awake for it': (owner, { id }) =>
    owner`update subscriptions set wake_at = created_at, sleeping_until = created_at where id = ${id}`,
  'a wake or start is owed and nobody delivers it': (owner, { tenantId, id }) =>
    owner`insert into intents (tenant_id, id, subscription_id, kind, due_at) values (${tenantId}, 'int_1', ${id}, 'wake', now())`,
  'a customer’s default payment method is not its own': (owner, { tenantId }) =>
    owner`update customers set default_payment_method_id = 'pm_nobody' where tenant_id = ${tenantId}`,
  'a plan’s current price is not its own': (owner, { tenantId }) =>
    owner`update plans set current_price_id = 'price_nobody' where tenant_id = ${tenantId}`,
  'a subscription’s price or payment method belongs to another plan or customer': (owner, { id, otherId }) =>
    owner`update subscriptions set payment_method_id =
        (select payment_method_id from payment_attempts where subscription_id = ${otherId} limit 1)
      where id = ${id}`,
  'a ledger entry or message names a subscription its tenant does not have': (owner, { tenantId }) =>
    owner`update ledger_entries set subscription_id = 'sub_nobody' where tenant_id = ${tenantId}`,
  'an attempt collects another payment’s invoice, or a refund gives back another payment’s attempt': (owner, life) =>
    owner`update payment_attempts set invoice_id = (select id from invoices where subscription_id = ${life.otherId} limit 1)
      where subscription_id = ${life.id}`,
  'a payment, refund, credit note or carrier belongs to another customer or subscription than what it is about': (
    owner,
    { id, otherId },
  ) => owner`update payments set customer_id = (select customer_id from subscriptions where id = ${otherId})
      where subscription_id = ${id}`,
  'a role that is given is a custom one its tenant does not have': (owner, { tenantId }) =>
    owner`insert into memberships (tenant_id, id, email, role)
      values (${tenantId}, 'usr_test', 'a@people.example', 'role_nobody')`,
  'an API key is replaced by one its tenant does not have': (owner, { tenantId }) =>
    owner`insert into api_keys (tenant_id, id, secret_hash, owner, role, replaced_by)
      values (${tenantId}, 'key_old', 'x', 'test', 'admin', 'key_nobody')`,
  'a tenant’s other half does not name it back': (owner, { tenantId }) =>
    owner`update tenants set pair_id = 'ten_nobody' where tenant_id = ${tenantId}`,
};

/** The same check, one row of each table it looks at. */
const customRoleIn: Record<string, Corrupt> = {
  invitations: (owner, { tenantId }) =>
    owner`insert into invitations (tenant_id, id, email, role, token_hash, invited_by, expires_at)
      values (${tenantId}, 'inv_test', 'a@people.example', 'role_nobody', 'x', 'test', now() + interval '1 day')`,
  oauth_clients: (owner, { tenantId }) =>
    owner`insert into oauth_clients (tenant_id, id, name, auth_method, grant_types, role, created_by)
      values (${tenantId}, 'cli_test', 'A client', 'none', '{}', 'role_nobody', 'test')`,
  api_keys: (owner, { tenantId }) =>
    owner`insert into api_keys (tenant_id, id, secret_hash, owner, role)
      values (${tenantId}, 'key_test', 'x', 'test', 'role_nobody')`,
};

describe('a check of the rows', () => {
  it('finds nothing where everything holds', async () => {
    expect(await violationsOf(await live())).toEqual([]);
  });

  it.for(Object.entries(corruptions))('names it when %s', async ([what, corrupt]) => {
    const life = await live();
    await corrupt(database.owner, life);
    const { tenantId } = life;
    const found = await violationsOf(life);
    expect(found).toContainEqual(expect.objectContaining({ what, row: expect.objectContaining({ tenantId }) }));
  });

  it.for(Object.entries(customRoleIn))('names a custom role of another tenant in %s', async ([, corrupt]) => {
    const [life, other] = [await live(), await live()];
    const { tenantId } = life;
    const { owner } = database;
    const give = (of: TenantId) =>
      owner`insert into custom_roles (tenant_id, id, name, permissions) values (${of}, 'role_nobody', 'Test', '{}')`;
    await give(other.tenantId);
    await corrupt(owner, life);
    const found = expect.objectContaining({
      what: 'a role that is given is a custom one its tenant does not have',
      row: expect.objectContaining({ tenantId, role: 'role_nobody' }),
    });
    expect(await violationsOf(life)).toEqual([found]);
    await give(tenantId);
    expect(await violationsOf(life)).toEqual([]);
  });

  it('is proven to fail, each of them', () => {
    expect(Object.keys(corruptions).toSorted()).toEqual(invariantChecks.map(({ what }) => what).toSorted());
  });

  it("does not look at another tenant's rows when asked about one", async () => {
    const [life, other] = [await live(), await live()];
    await database.owner`update plans set current_price_id = 'price_nobody' where tenant_id = ${other.tenantId}`;
    expect(await violationsOf(life)).toEqual([]);
  });
});

describe("a check against the provider's list (I6)", () => {
  async function found({ tenantId, provider }: Life, toleratedMs = 0): Promise<string[]> {
    const matched = await matchCharges({ owner: database.owner, provider, tenantId, toleratedMs });
    return matched.violations.map(({ what }) => what);
  }

  async function firstAttempt({ id }: Life) {
    const [attempt] = await database.owner`
      select * from payment_attempts where subscription_id = ${id} order by created_at limit 1`;
    return attempt as Record<string, string & number>;
  }

  it('finds nothing where both hold the same', async () => {
    const life = await live();
    const matched = await matchCharges({ owner: database.owner, ...life, toleratedMs: 0 });
    expect(matched).toEqual({ violations: [], attempts: 4, charges: 4 });
  });

  it('names a charge that did not succeed here, once it is no longer in flight', async () => {
    const life = await live();
    const { id } = await firstAttempt(life);
    await database.owner`update payment_attempts set status = 'unknown' where id = ${id ?? ''}`;
    expect(await found(life, 60_000)).toEqual([]);
    expect(await found(life)).toEqual(['the provider charged what did not succeed here']);
  });

  it('names a success the provider never charged, and the charge nobody here knows', async () => {
    const life = await live();
    const { id } = await firstAttempt(life);
    await database.owner`update payment_attempts set id = 'att_nobody' where id = ${id ?? ''}`;
    expect(await found(life)).toEqual([
      'an attempt succeeded here that the provider never charged',
      'the provider charged what did not succeed here',
    ]);
  });

  it.for(['amount_minor = 1', "currency = 'EUR'", "provider_charge_id = 'another'"])(
    'names another amount, currency or charge: %s',
    async (change) => {
      const life = await live();
      const { id } = await firstAttempt(life);
      await database.owner.unsafe(`update payment_attempts set ${change} where id = '${id}'`);
      expect(await found(life)).toEqual(['the provider charged something else']);
    },
  );

  it('names an attempt charged twice', async () => {
    const life = await live();
    const { id, providerMethodId, amountMinor, currency } = await firstAttempt(life);
    await life.provider.charge({
      tenantId: life.tenantId,
      attemptId: id ?? '',
      idempotencyKey: 'another key',
      providerMethodId: providerMethodId ?? '',
      amountMinor: amountMinor ?? 0,
      currency: currency ?? '',
      description: 'once more',
      deadlineAtMonotonicMs: performance.now() + 1_000,
    });
    expect(await found(life)).toEqual(['the provider charged one attempt more than once']);
  });

  it('looks a success up that a list which lags does not show yet, and names the one that should be in it', async () => {
    const { tenantId, provider: fake } = await live();
    await database.owner`update payment_attempts set provider = 'paypal', first_sent_at = now() where tenant_id = ${tenantId}`;
    const provider: PaymentProvider = {
      ...(fake as PaymentProvider),
      name: 'paypal',
      lookUp: (request) => fake.lookUp(request),
      listCharges: async () => ({ charges: [], nextCursor: null }),
    };
    const match = () => matchCharges({ owner: database.owner, provider, tenantId, toleratedMs: 0 });
    expect((await match()).violations.map(({ row }) => row)).toEqual([]);
    await database.owner`update payment_attempts set amount_minor = 1 where tenant_id = ${tenantId} and number = 1`;
    expect((await match()).violations[0]).toMatchObject({ what: 'the provider charged something else' });
    await database.owner`update payment_attempts set first_sent_at = now() - interval '4 hours' where tenant_id = ${tenantId}`;
    const missing = 'an attempt succeeded here that the provider never charged';
    expect((await match()).violations.map(({ what }) => what)).toEqual(Array.from({ length: 4 }, () => missing));
  });

  it('names a refund nobody asked for', async () => {
    const life = await live();
    const { providerChargeId, currency } = await firstAttempt(life);
    const refund = { tenantId: life.tenantId, refundId: 'ref_1', idempotencyKey: 'ref_1' };
    await life.provider.refund({
      ...refund,
      deadlineAtMonotonicMs: performance.now() + 1_000,
      providerChargeId: providerChargeId ?? '',
      amountMinor: 500,
      currency: currency ?? '',
    });
    expect(await found(life)).toEqual(['the provider refunded more or less than was asked']);
  });
});

describe("a check against the engine's open workflows (I11)", () => {
  let temporal: TemporalConnection;
  let client: Client;
  const taskQueue = `nobody-polls-${randomUUID()}`;

  beforeAll(() => {
    const { temporalAddress: address, temporalNamespace: namespace } = stackEnv();
    temporal = connectTemporalLazily({ address, namespace });
    client = temporal.client;
  });

  afterAll(() => temporal.close());

  async function found({ tenantId }: Life, toleratedMs = 0) {
    const parts = { owner: database.owner, client, tenantId, toleratedMs, onProgress: () => undefined };
    return (await matchWorkflows(parts)).violations.map(({ what, row }) => [what, (row as { id?: string }).id]);
  }

  /** The engine's list follows within moments. */
  async function expectFound(life: Life, expected: [string, string | undefined][]): Promise<void> {
    await vi.waitFor(async () => expect(await found(life)).toEqual(expected), { timeout: 10_000, interval: 100 });
  }

  async function startBoth(life: Life): Promise<void> {
    const engine = createTemporalEngine({ client, taskQueue });
    for (const subscriptionId of [life.id, life.otherId]) {
      const start = await readStart({ sql: database.owner }, { tenantId: life.tenantId, subscriptionId });
      if (start !== null) await engine.start(start);
    }
  }

  async function terminate({ tenantId }: Life, subscriptionId: string): Promise<void> {
    await client.workflow.getHandle(workflowIdOf({ tenantId, subscriptionId })).terminate('by the test');
  }

  it('names what is pending without a workflow, unless it is young or owed one', async () => {
    const life = await live();
    const { id, otherId, tenantId } = life;
    const what = 'something is pending without an open workflow or an intent';
    expect(await found(life, 60_000)).toEqual([]);
    expect((await found(life)).toSorted()).toEqual([id, otherId].map((sub) => [what, sub]).toSorted());
    await database.owner`insert into intents (tenant_id, id, subscription_id, kind, due_at)
      values (${tenantId}, 'int_1', ${id}, 'start', now())`;
    await expectFound(life, [[what, otherId]]);
  });

  it('finds nothing while each has its workflow, and names the one that lost it', async () => {
    const life = await live();
    await startBoth(life);
    await expectFound(life, []);
    await terminate(life, life.id);
    await expectFound(life, [['something is pending without an open workflow or an intent', life.id]]);
    await terminate(life, life.otherId);
  });

  it('names a workflow that outlived its subscription, and one without any', async () => {
    const life = await live();
    const { id, otherId, tenantId } = life;
    await startBoth(life);
    await database.owner`update subscriptions set status = 'canceled', next_kind = 'none' where id = ${id}`;
    expect(await found(life, 60_000)).toEqual([]);
    await expectFound(life, [['a subscription has ended and its workflow has not', id]]);
    await terminate(life, id);
    const nobody = {
      tenantId,
      subscriptionId: 'sub_nobody',
      customerId: '',
      planId: '',
      status: 'active',
      delayMs: 60_000,
    };
    const shown = { state: '', nextAction: '', lastResult: '' };
    await createTemporalEngine({ client, taskQueue }).start({ ...nobody, shown });
    await expectFound(life, [['a workflow is open without its row', undefined]]);
    await terminate(life, 'sub_nobody');
    await terminate(life, otherId);
  });
});
