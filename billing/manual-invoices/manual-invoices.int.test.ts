import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { claimDueIntents } from '../../db/queries/intents.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { AttemptId, CustomerId, InvoiceId, PaymentId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';
import { readStart } from '../../pipelines/deliver-wake.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { driveSteps } from '../../tests/support/drive-steps.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { resolveAttempt } from '../payments/resolve-attempt.ts';
import { reserveOnPayment } from '../refunds/reserve-on-payment.ts';
import { createManualInvoice, type ManualInvoiceInput } from './create-manual-invoice.ts';
import { editDraft, finalizeByHand, payByHand, voidByHand } from './edit-invoice.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife();
});
afterEach(() => expectInvariants(life));

async function draft(customerId: CustomerId, input: Partial<ManualInvoiceInput> = {}): Promise<InvoiceId> {
  const answer = await createManualInvoice(life.context, life.call, {
    ...{ customerId, subscriptionId: null, currency: 'USD', memo: null, collect: false },
    lines: [{ description: 'Set-up', amountMinor: 5_000, quantity: 1 }],
    ...input,
  });
  expect(answer.status).toBe(201);
  return (answer.body as { invoice_id: InvoiceId }).invoice_id;
}

const ofTenant = (table: string) =>
  life.owner`select * from ${life.owner(table)} where tenant_id = ${life.tenantId} order by id`;
const finalize = (id: InvoiceId) => finalizeByHand(life.context, life.call, id);
const pay = (id: InvoiceId) => payByHand(life.context, life.call, id);

describe('an invoice without a subscription', () => {
  it('is collected by a workflow of its payment, whose events are in order and rebuild it', async () => {
    const { customerId } = await life.makeCustomer();
    const id = await draft(customerId);
    await finalize(id);
    expect((await pay(id)).status).toBe(202);
    const [payment] = await ofTenant('payments');
    expect(await ofTenant('carriers')).toMatchObject([{ id: payment?.['id'], kind: 'payment', nextKind: 'charge' }]);
    await life.settle();
    expect(await ofTenant('invoices')).toMatchObject([{ status: 'paid', number: 1, amountPaidMinor: 5_000 }]);
    expect(await ofTenant('carriers')).toMatchObject([{ hasOpenWork: false, nextKind: 'none', sequence: 2 }]);
    const events = await life.owner`
      select topic, message_key, subscription_id, sequence from outbox where tenant_id = ${life.tenantId} order by id`;
    expect(events).toEqual([
      ...[{ topic: 'invoices.created', messageKey: id, subscriptionId: null, sequence: null }],
      ...[{ topic: 'invoices.finalized', messageKey: id, subscriptionId: null, sequence: null }],
      ...[{ topic: 'invoices.paid', messageKey: payment?.['id'], subscriptionId: null, sequence: 1 }],
      ...[{ topic: 'payments.completed', messageKey: payment?.['id'], subscriptionId: null, sequence: 2 }],
    ]);
  });

  it('follows the ladder when declined, and is paid by a later attempt', async () => {
    const { customerId } = await life.makeCustomer({ token: 'tok_insufficient_funds' });
    const id = await draft(customerId, { collect: true });
    await life.settle();
    expect(await ofTenant('payments')).toMatchObject([{ status: 'failed', attemptsCount: 1 }]);
    const methodId = await life.addMethod(customerId, 'tok_ok');
    await life.owner`update customers set default_payment_method_id = ${methodId} where id = ${customerId}`;
    await life.live(2 * DAY_MS);
    expect(await ofTenant('payments')).toMatchObject([{ status: 'completed', attemptsCount: 2 }]);
    expect(await ofTenant('invoices')).toMatchObject([{ id, status: 'paid' }]);
  });

  it('is written off when the ladder is used up, and its workflow ends', async () => {
    const { customerId } = await life.makeCustomer({ token: 'tok_insufficient_funds' });
    const id = await draft(customerId, { collect: true });
    await life.live(40 * DAY_MS);
    expect(await ofTenant('payments')).toMatchObject([{ status: 'failed_permanent', attemptsCount: 5 }]);
    expect(await ofTenant('invoices')).toMatchObject([{ id, status: 'uncollectible' }]);
    expect(await ofTenant('carriers')).toMatchObject([{ hasOpenWork: false, nextKind: 'none' }]);
    expect(await refusalOf(pay(id))).toBe('invalid_state');
  });

  it('whose charge is not known is looked up, never charged twice', async () => {
    const { customerId } = await life.makeCustomer({ token: 'tok_timeout_after_charge' });
    const id = await draft(customerId, { collect: true });
    await life.settle();
    expect(await refusalOf(pay(id))).toBe('payment_in_flight');
    expect(await refusalOf(voidByHand(life.context, life.call, id))).toBe('payment_in_flight');
    await life.live(HOUR_MS);
    expect(await ofTenant('payment_attempts')).toMatchObject([{ status: 'succeeded', number: 1 }]);
    expect(await ofTenant('invoices')).toMatchObject([{ status: 'paid' }]);
  });

  it('whose charge nothing could tell of is decided by a person, as any other', async () => {
    const { customerId } = await life.makeCustomer();
    life.provider.script({ next: ['timeout_after'] });
    life.provider.lookUp = async () => ({ kind: 'not_found' });
    await draft(customerId, { collect: true });
    await life.settle();
    // Its key's window is over: nothing is sent again, and no look-up finds what was charged.
    life.skip(2 * DAY_MS);
    await life.live(30 * DAY_MS);
    const [attempt] = await ofTenant('payment_attempts');
    expect(attempt).toMatchObject({ status: 'needs_review' });
    const of = { paymentId: attempt?.['paymentId'] as PaymentId, attemptId: attempt?.['id'] as AttemptId };
    const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 });
    const providerChargeId = charges[0]?.providerChargeId ?? null;
    const said = { outcome: 'succeeded', providerChargeId, reason: 'seen in the dashboard' } as const;
    expect((await resolveAttempt(life.context, life.call, of, said)).status).toBe(200);
    expect(await ofTenant('invoices')).toMatchObject([{ status: 'paid', amountPaidMinor: 5_000 }]);
    await life.settle();
    expect(await ofTenant('carriers')).toMatchObject([{ hasOpenWork: false, nextKind: 'none' }]);
  });

  it('is refunded under its own payment’s lock and order', async () => {
    const { customerId } = await life.makeCustomer();
    await draft(customerId, { collect: true });
    await life.settle();
    const [payment] = await ofTenant('payments');
    const input = { amountMinor: 2_000, reason: null, note: null, id: newId('refund') };
    await withTenant(life.context.database, life.tenantId, (tx) =>
      reserveOnPayment(tx, life.call.caller, payment?.['id'] as PaymentId, input),
    );
    await life.settle();
    expect(await ofTenant('payments')).toMatchObject([{ status: 'partially_refunded', refundedMinor: 2_000 }]);
    expect(await ofTenant('credit_notes')).toMatchObject([{ number: 1, totalMinor: 2_000 }]);
    const [last] = await life.owner`
      select topic, message_key, sequence from outbox where tenant_id = ${life.tenantId} order by id desc limit 1`;
    expect(last).toMatchObject({ topic: 'payments.refunded', messageKey: payment?.['id'], sequence: 5 });
  });

  it('is started, woken and overseen by the engine’s side as a subscription is', async () => {
    const { customerId } = await life.makeCustomer();
    await draft(customerId, { collect: true });
    const [carrier] = await ofTenant('carriers');
    const ref = { tenantId: life.tenantId, carrierId: carrier?.['id'] as string, carries: 'payment' as const };
    expect(life.intents).toMatchObject([{ kind: 'start', ...ref }]);
    expect(await readStart(life.context.database, ref)).toMatchObject({
      ...{ ...ref, customerId, planId: null, status: null, delayMs: 0 },
      shown: { state: 'pending · payment · 50.00 USD' },
    });
    await life.owner`update intents set due_at = '2000-01-01' where carrier_id = ${ref.carrierId}`;
    const due = await claimDueIntents(life.owner, { limit: 1, leaseMs: 1_000 });
    expect(due).toMatchObject([{ subscriptionId: null, carrierId: ref.carrierId, carries: 'payment', kind: 'start' }]);
    expect(await driveSteps(life.context, ref)).toMatchObject({ kind: 'ended' });
    expect(await readStart(life.context.database, ref)).toBeNull();
  });

  it('asked for by two at once is collected once', async () => {
    const { customerId } = await life.makeCustomer();
    const id = await draft(customerId);
    await finalize(id);
    const answers = await Promise.allSettled([pay(id), pay(id), pay(id)]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await life.settle();
    expect(await ofTenant('payment_attempts')).toMatchObject([{ status: 'succeeded' }]);
  });
});

describe('an invoice on a subscription', () => {
  it('is collected on that subscription’s workflow, in the order of its events', async () => {
    const { id: subscriptionId, customerId } = await life.subscribe();
    const id = await draft(customerId, { subscriptionId });
    await finalize(id);
    await pay(id);
    await life.settle();
    expect(await life.rows('invoices', subscriptionId)).toMatchObject([
      { kind: 'period', status: 'paid' },
      { kind: 'manual', status: 'paid', number: 2 },
    ]);
    expect(await ofTenant('carriers')).toEqual([]);
    expect(await life.sub(subscriptionId)).toMatchObject({ status: 'active', hasOpenWork: false });
    expect((await life.topics(subscriptionId)).slice(-2)).toEqual(['invoices.paid', 'payments.completed']);
  });

  it('that is declined leaves the subscription as it is, and is written off alone', async () => {
    const { id: subscriptionId, customerId } = await life.subscribe({ token: 'tok_decline_after_1' });
    await draft(customerId, { subscriptionId, collect: true });
    await life.live(20 * DAY_MS);
    expect(await life.rows('invoices', subscriptionId)).toMatchObject([
      { status: 'paid' },
      { status: 'uncollectible' },
    ]);
    expect(await life.sub(subscriptionId)).toMatchObject({ status: 'active', nextKind: 'renew' });
  });

  it('is refused for another’s subscription, another currency and one that has ended', async () => {
    const { id: subscriptionId, customerId } = await life.subscribe();
    const other = await life.makeCustomer();
    const create = (input: Partial<ManualInvoiceInput>) =>
      refusalOf(
        createManualInvoice(life.context, life.call, {
          ...{ customerId, subscriptionId, currency: 'USD', memo: null, collect: false },
          lines: [{ description: 'x', amountMinor: 1, quantity: 1 }],
          ...input,
        }),
      );
    expect(await create({ customerId: other.customerId })).toBe('not_found');
    expect(await create({ currency: 'EUR' })).toBe('currency_mismatch');
    expect(await create({ customerId: newId('customer') })).toBe('not_found');
    await life.owner`update customers set status = 'inactive' where id = ${customerId}`;
    expect(await create({})).toBe('customer_inactive');
  });
});

describe('the states of an invoice', () => {
  it('follow each other one way, and nothing of a final one changes', async () => {
    const { customerId } = await life.makeCustomer();
    const [id, other] = [await draft(customerId), await draft(customerId)];
    const edit = (of: InvoiceId) =>
      editDraft(life.context, life.call, of, {
        ...{ lines: [{ description: 'Two days', amountMinor: 700, quantity: 2 }], memo: 'As agreed' },
      });
    expect((await edit(id)).body).toMatchObject({ total: 1_400, memo: 'As agreed', lines: [{ quantity: 2 }] });
    expect(await refusalOf(pay(id))).toBe('invalid_state');
    expect((await finalize(id)).body).toMatchObject({ status: 'open', number: 1, total: 1_400 });
    expect(await refusalOf(finalize(id))).toBe('invalid_state');
    expect(await refusalOf(edit(id))).toBe('invalid_state');
    expect((await voidByHand(life.context, life.call, id)).body).toMatchObject({ status: 'void', number: 1 });
    expect(await refusalOf(voidByHand(life.context, life.call, id))).toBe('invalid_state');
    expect((await voidByHand(life.context, life.call, other)).body).toMatchObject({ status: 'void', number: null });
  });

  it('of the platform’s own are not changed by hand', async () => {
    const { id } = await life.subscribe();
    const [invoice] = await life.rows('invoices', id);
    const of = invoice?.id as InvoiceId;
    for (const verb of [finalizeByHand, voidByHand, payByHand])
      expect(await refusalOf(verb(life.context, life.call, of))).toBe('invalid_state');
  });

  it('end with the subscription: what is unpaid is taken back', async () => {
    const { id: subscriptionId, customerId } = await life.subscribe();
    const id = await draft(customerId, { subscriptionId });
    await finalize(id);
    await life.owner`update subscriptions set cancel_at = ${life.now()}, wake_at = ${life.now()} where id = ${subscriptionId}`;
    await life.settle();
    expect(await life.rows('invoices', subscriptionId)).toMatchObject([{ status: 'paid' }, { status: 'void' }]);
  });

  it('need a method to be paid', async () => {
    const { customerId } = await life.makeCustomer({ token: null });
    const id = await draft(customerId);
    await finalize(id);
    expect(await refusalOf(pay(id))).toBe('payment_method_required');
  });

  it.each([
    ['one limit for all', 4_999],
    ['a limit of the currency', { USD: 4_999, EUR: 9_999 }],
  ])('respect a tenant’s %s', async (_name, amountMaxMinor) => {
    await life.setSettings({ amountMaxMinor });
    const { customerId } = await life.makeCustomer();
    const input = { customerId, subscriptionId: null, currency: 'USD', memo: null, collect: false };
    const lines = [{ description: 'x', amountMinor: 2_500, quantity: 2 }];
    const asked = createManualInvoice(life.context, life.call, { ...input, lines });
    expect(await refusalOf(asked)).toBe('amount_over_limit');
    const within = [{ description: 'x', amountMinor: 4_999, quantity: 1 }];
    expect((await createManualInvoice(life.context, life.call, { ...input, lines: within })).status).toBe(201);
  });
});
