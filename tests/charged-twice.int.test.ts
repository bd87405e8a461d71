import { afterAll, beforeAll, expect, it } from 'vitest';
import { chargeAttempt } from '../billing/attempts/charge-attempt.ts';
import { findViolations } from '../db/queries/invariants.ts';
import type { AttemptId, PaymentId } from '../domain/ids.ts';
import { matchCharges } from '../stack/invariants/match-charges.ts';
import { type BillingFixture, openBillingFixture } from './support/billing-fixture.ts';
import { openAttemptUnasked } from './support/open-attempt.ts';
import { type OwnDatabase, openOwnDatabase } from './support/own-database.ts';
import { openTenantRows } from './support/tenant-rows.ts';

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

it('without the index on attempts an invoice is charged twice: I6 says so, and I4 once both are booked', async () => {
  const { context, tenantId, provider, owner, drive } = fixture;
  const { id } = await openTenantRows(fixture).subscribe({ trialPeriodDays: 1 });
  await owner`update subscriptions set period_end_at = now(), trial_end_at = now(), wake_at = now() where id = ${id}`;
  await owner`update billing_runs set period_end_at = now() where subscription_id = ${id}`;
  provider.script({ tenantId, next: ['decline:insufficient_funds'] });
  await drive(id);
  const [payment] = await owner<{ id: PaymentId }[]>`
    select id from payments where subscription_id = ${id} and status = 'failed'`;
  const openAnother = () => openAttemptUnasked(fixture, id, payment?.id as PaymentId);
  const refused = { constraint_name: 'payment_attempts_one_open_per_invoice' };
  await openAnother();
  await expect(openAnother()).rejects.toMatchObject(refused);
  await owner`drop index payment_attempts_one_open_per_invoice`;
  await openAnother();
  const attempts = await owner<{ id: AttemptId; invoiceId: string }[]>`
    select id, invoice_id from payment_attempts where subscription_id = ${id} and status = 'created'`;
  expect([attempts.length, new Set(attempts.map(({ invoiceId }) => invoiceId)).size]).toEqual([2, 1]);
  provider.script({ tenantId, next: ['ok', 'timeout_after'] });
  // The first to be paid would abandon the other: both are at the provider before either is answered.
  const { charge } = provider;
  const bothSent = Promise.withResolvers<void>();
  let sent = 0;
  provider.charge = async (request) => {
    sent += 1;
    if (sent === 2) bothSent.resolve();
    await bothSent.promise;
    return charge.call(provider, request);
  };
  const send = (subjectId: AttemptId) =>
    chargeAttempt(context, { tenantId, subscriptionId: id, subjectId }, { mayThrow: false });
  await Promise.all(attempts.map((attempt) => send(attempt.id)));

  const { charges } = await provider.listCharges({ tenantId, limit: 100 });
  const own = new Set<string>(attempts.map((attempt) => attempt.id));
  const captured = charges.filter(({ attemptId, status }) => own.has(attemptId) && status === 'succeeded');
  expect(captured).toHaveLength(2);
  const [lost] = await owner<{ id: AttemptId }[]>`
    select id from payment_attempts where subscription_id = ${id} and status = 'unknown'`;
  const matched = await matchCharges({ owner, provider, tenantId, toleratedMs: 0 });
  expect(matched.violations).toMatchObject([{ invariant: 'I6', row: { id: lost?.id } }]);
  await owner`update payment_attempts set status = 'succeeded' where id = ${lost?.id ?? ''}`;
  const violations = await findViolations(owner, { tenantId, toleratedMs: 60_000 });
  expect(violations.filter(({ invariant: name }) => name === 'I4')).toMatchObject([
    { what: 'a capture neither pays its invoice nor goes back in full', row: { id: lost?.id } },
  ]);
});
