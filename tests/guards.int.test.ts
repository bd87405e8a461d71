import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeAttempt } from '../billing/attempts/with-attempt.ts';
import { applyChargeResult } from '../billing/collection/apply-charge-result.ts';
import { workflowCaller } from '../billing/context.ts';
import { beginSubscription } from '../billing/subscriptions/begin-subscription.ts';
import { createSubscription } from '../billing/subscriptions/create-subscription.ts';
import { newId } from '../db/new-id.ts';
import { recordProcessed } from '../db/queries/processed-events.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import { invariant } from '../domain/invariant.ts';
import { type BillingFixture, openBillingFixture } from './support/billing-fixture.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from './support/billing-life.ts';
import { type OwnDatabase, openOwnDatabase } from './support/own-database.ts';

closePoolsAfterAll();

/** A copy of the newest row of a table, changed, as a process with a bug would write it. */
async function writeAgain(
  life: BillingLife,
  table: string,
  id: SubscriptionId,
  changed: object,
): Promise<string | null> {
  const [row] = await life.owner`
    select to_jsonb(t) as row from ${life.owner(table)} t where tenant_id = ${life.tenantId} and subscription_id = ${id}
    order by id desc limit 1`;
  const copy = { ...(row?.['row'] as object), ...changed };
  const write = withTenant(life.context.database, life.tenantId, async ({ sql }) => {
    await sql`insert into ${sql(table)} select * from jsonb_populate_record(null::${sql(table)}, ${sql.json(copy as never)})`;
    throw new Error('written');
  });
  return write.then(
    () => null,
    (error: { constraint_name?: string; message: string }) => error.constraint_name ?? error.message,
  );
}

describe('PostgreSQL refuses', () => {
  let life: BillingLife;
  let id: SubscriptionId;
  beforeAll(async () => {
    life = await openLife();
    ({ id } = await life.subscribe());
  });

  it.each(['created', 'sent', 'unknown', 'requires_action', 'succeeded', 'needs_review'])(
    'a second attempt on an invoice that has been paid, as %s',
    async (status) => {
      const changed = { id: newId('attempt'), number: 2, status };
      expect(await writeAgain(life, 'payment_attempts', id, changed)).toBe('payment_attempts_one_open_per_invoice');
    },
  );

  it('two attempts of one number, and takes those that can no longer charge', async () => {
    const same = { id: newId('attempt'), status: 'declined' };
    expect(await writeAgain(life, 'payment_attempts', id, same)).toBe('payment_attempts_number');
    for (const harmless of [{ status: 'declined' }, { status: 'abandoned' }, { status: 'not_sent' }, { surplus: true }])
      expect(await writeAgain(life, 'payment_attempts', id, { ...same, number: 2, ...harmless })).toBe('written');
  });

  it('a second live invoice for a period, and takes one where the first is void', async () => {
    const another = { id: newId('invoice'), number: null };
    expect(await writeAgain(life, 'invoices', id, another)).toBe('invoices_one_live_per_period');
    expect(await writeAgain(life, 'invoices', id, { ...another, status: 'void' })).toBe('written');
  });

  it('two invoices of one number', async () => {
    expect(await writeAgain(life, 'invoices', id, { id: newId('invoice'), status: 'void' })).toBe('invoices_number');
  });

  it('a second billing run of a boundary, whatever became of the first', async () => {
    for (const status of ['open', 'void', 'skipped'])
      expect(await writeAgain(life, 'billing_runs', id, { id: newId('billingRun'), status })).toBe(
        'billing_runs_one_per_boundary',
      );
  });

  it('two events of one number', async () => {
    expect(await writeAgain(life, 'outbox', id, { id: newId('event') })).toBe('outbox_sequence');
  });

  it('more refunded than captured', async () => {
    const refund = life.owner`update payments set refunded_minor = captured_minor + 1 where tenant_id = ${life.tenantId}`;
    await expect(refund).rejects.toMatchObject({ constraint_name: 'payments_returns_within_captured' });
  });

  it('a second task for one attempt of a payment', async () => {
    const [payment] = await life.rows('payments', id);
    const task = () => life.owner`insert into retry_tasks (tenant_id, id, payment_id, admin_id, attempt_number, status)
      values (${life.tenantId}, ${newId('retryTask')}, ${payment?.id ?? ''}, 'key_1', 2, 'requested')`;
    await task();
    await expect(task()).rejects.toMatchObject({ constraint_name: 'retry_tasks_one_per_attempt' });
  });

  it('to record an event done twice: of ten at once one goes on', async () => {
    const event = { consumer: 'test', eventId: newId('event') };
    const record = () => withTenant(life.context.database, life.tenantId, (tx) => recordProcessed(tx, event));
    const first = await Promise.all(Array.from({ length: 10 }, record));
    expect(first.filter(Boolean)).toHaveLength(1);
  });
});

describe('without its guard', () => {
  let database: OwnDatabase;
  let fixture: BillingFixture;
  beforeAll(async () => {
    database = await openOwnDatabase();
    fixture = await openBillingFixture(database);
  });
  afterAll(async () => {
    await fixture.close();
    await database.close();
  });

  async function newSubscription(group?: string) {
    const planId = await fixture.makePlan(group ? { group } : {});
    const { customerId } = await fixture.makeCustomer();
    return {
      ...{
        customerId,
        planId,
        paymentMethodId: null,
        startDate: null,
        trialPeriodDays: null,
        quantity: 1,
        metadata: {},
      },
      ...{ allowIncomplete: false, groupId: null },
    };
  }

  const live = async (customerId: string) =>
    (await database.owner`select 1 from subscriptions where customer_id = ${customerId} and status = 'active'`).length;

  it('an idempotency key, two clicks make two subscriptions and two charges', async () => {
    const input = await newSubscription();
    const create = (key: string | null) =>
      createSubscription(
        fixture.context,
        { ...fixture.call, claim: key === null ? null : { key, hash: 'same' } },
        input,
      );
    await Promise.allSettled([create('click'), create('click')]);
    expect(await live(input.customerId)).toBe(1);
    await Promise.all([create(null), create(null)]);
    expect(await live(input.customerId)).toBe(3);
  });

  it('the index of plan groups, two creates at once both pass the check', async () => {
    const input = await newSubscription('tier');
    const together = async () => {
      let begun = 0;
      const bothBegun = Promise.withResolvers<void>();
      const create = () =>
        withTenant(fixture.context.database, fixture.tenantId, async (tx) => {
          const made = await beginSubscription(tx, fixture.call, input, newId('subscription'));
          begun += 1;
          if (begun === 2) bothBegun.resolve();
          await bothBegun.promise;
          return made;
        });
      await Promise.all([create(), create()]);
    };
    await database.owner`drop index subscriptions_one_live_per_group`;
    await together();
    const [row] = await database.owner`
      select count(*)::int as count from subscriptions where customer_id = ${input.customerId} and status = 'incomplete'`;
    expect(row?.['count']).toBe(2);
  });

  it('its lease, a second sender calls the provider for an attempt that is under way', async () => {
    const { provider, context, drive } = fixture;
    const { charge } = provider;
    const callsOf = async (loseLease: boolean): Promise<number> => {
      const { body } = await createSubscription(context, fixture.call, {
        ...(await newSubscription()),
        trialPeriodDays: 1,
      });
      const id = (body as { subscription_id: SubscriptionId }).subscription_id;
      await database.owner`update subscriptions set period_end_at = now(), trial_end_at = now(), wake_at = now() where id = ${id}`;
      await database.owner`update billing_runs set period_end_at = now() where subscription_id = ${id}`;
      let calls = 0;
      provider.charge = async (request) => {
        calls += 1;
        if (calls === 1) {
          if (loseLease)
            await database.owner`update payment_attempts set status = 'created', lease_until = null where subscription_id = ${id}`;
          await drive(id);
        }
        return charge.call(provider, request);
      };
      await drive(id);
      provider.charge = charge;
      return calls;
    };
    expect(await callsOf(false)).toBe(1);
    expect(await callsOf(true)).toBe(2);
    const { charges } = await provider.listCharges({ tenantId: fixture.tenantId, limit: 100 });
    expect(new Set(charges.map(({ attemptId }) => attemptId)).size).toBe(charges.length);
  });

  it('a key that derives from the attempt, a second send of it charges again', async () => {
    const chargesOf = async (keyOf: (attemptId: string) => string): Promise<number> => {
      const life = await openLife();
      const { id } = await life.subscribe();
      const { charge, lookUp } = life.provider;
      life.provider.charge = (request) =>
        charge.call(life.provider, { ...request, idempotencyKey: keyOf(request.attemptId) });
      let isAsked = false;
      life.provider.lookUp = async (request) => {
        if (isAsked) return lookUp.call(life.provider, request);
        isAsked = true;
        return { kind: 'not_found' };
      };
      life.provider.script({ tenantId: life.tenantId, next: ['timeout_after'] });
      await life.liveTo('2026-02-28T10:05:00.000Z');
      const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 });
      expect(await life.rows('payment_attempts', id)).toHaveLength(2);
      return charges.filter(({ status }) => status === 'succeeded').length;
    };
    expect(await chargesOf((attemptId) => attemptId)).toBe(2);
    expect(await chargesOf(() => crypto.randomUUID())).toBe(3);
  });

  it('the rank of results, a decline that comes late makes a captured attempt a declined one', async () => {
    const life = await openLife();
    const { id } = await life.subscribe();
    const [attempt] = await life.rows('payment_attempts', id);
    invariant(attempt, 'a subscription that paid has its attempt');
    const ref = { tenantId: life.tenantId, subscriptionId: id, attemptId: attempt.id, caller: workflowCaller };
    const decline = { declineKind: 'soft', code: 'late', message: 'late' } as const;
    const comeLate = (isRanked: boolean) =>
      changeAttempt(life.context, ref, async (work, current) => {
        if (!isRanked) current.status = 'unknown';
        await applyChargeResult(work, current, { kind: 'declined', providerChargeId: null, ...decline });
      });
    await comeLate(true);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{ status: 'succeeded' }]);
    await comeLate(false);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{ status: 'declined' }]);
    const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 });
    expect(charges).toMatchObject([{ attemptId: attempt.id, status: 'succeeded' }]);
  });

  it('row-level security, one tenant reads and changes the rows of another', async () => {
    const other = await openBillingFixture(database);
    const { customerId } = await other.makeCustomer();
    const seen = () =>
      withTenant(
        fixture.context.database,
        fixture.tenantId,
        ({ sql }) => sql`select 1 from customers where id = ${customerId}`,
      );
    expect(await seen()).toHaveLength(0);
    await database.owner`alter table customers disable row level security`;
    expect(await seen()).toHaveLength(1);
    await database.owner`alter table customers enable row level security`;
    expect(await seen()).toHaveLength(0);
    await other.close();
  });
});
