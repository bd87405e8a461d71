import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { newId } from '../db/new-id.ts';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { desk, expectUsablePage, type PortalJourneys, smallPhone } from './support/portal-journeys.ts';
import { scriptCharges, sendToReview } from './support/troubles.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

const sandbox = async (path: string, body: object): Promise<Record<string, string>> => {
  const answer = await fetch(`${journeys.platform.addresses.sandboxProviderUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': newId('attempt') },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, string>;
};

interface Made {
  customerId: string;
  email: string;
  subscriptionId: string;
  paymentId: string;
  attemptId: string;
  chargeId: string | null;
  providerMethodId: string;
}

async function makeCustomer(name: string): Promise<{ customerId: string; email: string }> {
  const email = `${newId('customer')}@example.com`;
  const { customer_id } = await tenant.rest.post<{ customer_id: string }>('/v1/customers', { email, name });
  await tenant.rest.post(`/v1/customers/${customer_id}/payment-methods`, { provider: 'sandbox', token: 'tok_ok' });
  return { customerId: customer_id, email };
}

async function subscribe(name = 'Ada Lovelace'): Promise<Made> {
  const { customerId, email } = await makeCustomer(name);
  const plan_id = await tenant.makePlan();
  const { subscription_id: subscriptionId } = await tenant.rest.post<{ subscription_id: string }>('/v1/subscriptions', {
    ...{ customer_id: customerId, plan_id },
  });
  const [attempt] = await journeys.platform.owner<
    { id: string; paymentId: string; providerChargeId: string | null; providerMethodId: string }[]
  >`select id, payment_id, provider_charge_id, provider_method_id from payment_attempts where subscription_id = ${subscriptionId}`;
  if (!attempt) throw new Error('a subscription has its first attempt');
  const { id: attemptId, paymentId, providerChargeId: chargeId, providerMethodId } = attempt;
  return { customerId, email, subscriptionId, paymentId, attemptId, chargeId, providerMethodId };
}

/** A first charge that the provider has not decided, and that is looked up again and again. */
async function subscribeUndecided(): Promise<Made> {
  await scriptCharges(journeys.platform, tenant, ['pending:300000']);
  return subscribe();
}

interface Dispute {
  dispute_id: string;
  provider_dispute_id: string;
}

async function openDispute(made: Made): Promise<Dispute> {
  await sandbox('/control/disputes', { charge_id: made.chargeId });
  const disputes = async () => (await tenant.rest.get<{ data: Dispute[] }>('/v1/admin/disputes')).data;
  await expect.poll(async () => (await disputes()).length, { timeout: 30_000 }).toBe(1);
  const [dispute] = await disputes();
  if (!dispute) throw new Error('a dispute was told');
  return dispute;
}

const visit = async (page: Page, path: string) => {
  await page.goto(`${journeys.platform.apiUrl}/admin/${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

describe('payments', () => {
  it('are found by customer, state and the provider’s id, refunded in part, and the invoice shows the credit note', async () => {
    const [made, other] = [await subscribe(), await subscribe('Grace Hopper')];
    const page = await journeys.openAdminPortal(tenant, 'finance');
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    const table = page.getByRole('table', { name: 'Payments' });
    await table.getByRole('link', { name: other.paymentId }).waitFor();
    await page.getByLabel('Search').fill(made.chargeId ?? '');
    await page.getByRole('button', { name: 'Find' }).click();
    await table.getByRole('link', { name: other.paymentId }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: `Drop the filter ${made.chargeId}` }).click();
    await page.getByLabel('Search').fill(made.email);
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'Drop the filter Ada Lovelace' }).waitFor();
    await page.getByLabel('Status').selectOption('failed');
    await page.getByText('No payments').waitFor();
    await page.getByLabel('Status').selectOption('completed');
    await table.getByRole('link', { name: made.paymentId }).click();
    await page.getByRole('button', { name: 'Refund' }).click();
    const dialog = page.getByRole('dialog', { name: 'Refund' });
    await dialog.getByText(/back to Ada Lovelace/).waitFor();
    await dialog.getByLabel('Amount in USD').fill('5');
    await dialog.getByRole('button', { name: 'Refund $5.00' }).click();
    await page.getByText('Partly refunded').waitFor();
    await visit(page, 'refunds?status=succeeded');
    const row = page.getByRole('row', { name: /Ada Lovelace/ });
    await row.getByRole('link', { name: '$5.00' }).waitFor();
    const { invoice_id, amount_refunded } = await tenant.rest.get<{ invoice_id: string; amount_refunded: number }>(
      `/v1/payments/${made.paymentId}`,
    );
    expect(amount_refunded).toBe(500);
    await visit(page, `invoices/${invoice_id}`);
    await page.getByRole('table', { name: 'Credit notes' }).getByRole('cell', { name: '$5.00', exact: true }).waitFor();
  });

  it('that fail stay in the list of errors while they are retried, and the dialog says whom it charges', async () => {
    const plan_id = await tenant.makePlan();
    const customer_id = await tenant.makeCustomer('tok_decline_after_1');
    await tenant.rest.post('/v1/subscriptions', { customer_id, plan_id });
    await tenant.rest.post('/v1/test-clock/advance', { by: 'P32D' });
    await tenant.waitForQuiet(60_000);
    const failed = async () =>
      (await tenant.rest.get<{ data: { payment_id: string }[] }>('/v1/admin/payments?status=failed')).data;
    await expect.poll(async () => (await failed()).length, { timeout: 30_000 }).toBe(1);
    const [payment] = await failed();
    const page = await journeys.openAdminPortal(tenant, 'owner');
    await visit(page, 'payment-errors');
    const row = page.getByRole('row', { name: new RegExp(payment?.payment_id ?? '') });
    for (const header of ['Payment', 'Amount', 'Reason', 'Last attempt', 'Attempts']) {
      await page.getByRole('columnheader', { name: header, exact: true }).waitFor();
    }
    // Decided long after the list has been looked at, and long before the second look-up.
    await scriptCharges(journeys.platform, tenant, ['pending:20000']);
    await row.getByRole('link', { name: payment?.payment_id }).click();
    await page.getByRole('button', { name: 'Run retry' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run retry' });
    await dialog.getByText(/\$19\.99 from someone@example\.com/).waitFor();
    await dialog.getByRole('button', { name: 'Run retry' }).click();
    await page.getByText(/^Retry requested \(task_/).waitFor();
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    await page.getByRole('link', { name: 'Payment errors' }).click();
    await row.getByText('Retrying…').waitFor();
    await row.waitFor({ state: 'detached', timeout: 60_000 });
    await visit(page, `payments/${payment?.payment_id}`);
    await page.getByRole('status').getByText('Paid').waitFor();
  });
});

describe('an outcome nobody knows', () => {
  it('is listed with its next look-up, and looked up when a person asks', async () => {
    const made = await subscribeUndecided();
    const page = await journeys.openAdminPortal(tenant, 'owner');
    await visit(page, 'unknown-outcomes');
    const row = page.getByRole('row', { name: /Ada Lovelace/ });
    await row.getByText('Outcome unknown').waitFor();
    await row.getByText(/Sent .+, 1 ×; looked up 1 × by itself/).waitFor();
    const nextLookUp = row.getByRole('cell').nth(4);
    const planned = await nextLookUp.innerText();
    await row.getByRole('button', { name: 'Look up now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Look up now' });
    await dialog.getByText(/\$19\.99 from Ada Lovelace/).waitFor();
    await expectUsablePage(page);
    // The list shows seconds: what is planned now is in another one than what was.
    const shown = Math.floor(Date.now() / 1_000);
    await expect.poll(() => Math.floor(Date.now() / 1_000)).toBeGreaterThan(shown);
    await dialog.getByRole('button', { name: 'Ask the provider' }).click();
    // Five minutes from then on, as after the one before.
    await expect.poll(() => nextLookUp.innerText(), { timeout: 20_000 }).not.toBe(planned);
    await row.getByText(/looked up 1 × by itself/).waitFor();
    const { attempts } = await tenant.rest.get<{ attempts: { status: string }[] }>(`/v1/payments/${made.paymentId}`);
    expect(attempts).toMatchObject([{ status: 'unknown' }]);
  });

  it('is decided by a person who says so twice, with a reason that is kept', async () => {
    const made = await subscribeUndecided();
    await sendToReview(journeys.platform, tenant, made.subscriptionId);
    const page = await journeys.openAdminPortal(tenant, 'owner');
    await visit(page, 'unknown-outcomes?status=needs_review');
    await page
      .getByRole('row', { name: /Ada Lovelace/ })
      .getByRole('button', { name: 'Decide' })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Decide' });
    const goOn = dialog.getByRole('button', { name: 'Go on' });
    await dialog.getByLabel('The charge went through').check();
    await dialog.getByLabel('Reason').fill('Seen in the provider’s dashboard');
    await dialog.getByLabel('The provider’s id of the charge').fill('');
    expect(await goOn.isDisabled()).toBe(true);
    await dialog.getByLabel('The provider’s id of the charge').fill('sch_seen');
    await goOn.click();
    await dialog.getByText(/You say that \$19\.99 was charged to Ada Lovelace/).waitFor();
    const decide = dialog.getByRole('button', { name: 'Decide for good' });
    expect(await decide.isDisabled()).toBe(true);
    await expectUsablePage(page);
    await dialog.getByLabel('I have looked at the provider, and it is so').check();
    await decide.click();
    await page.getByText('Everything is known').waitFor();
    await visit(page, `payments/${made.paymentId}`);
    await page.getByRole('status').getByText('Paid').waitFor();
    const audit = await journeys.platform.owner`select details from audit_log
      where tenant_id = ${tenant.tenantId} and action = 'payment.attempt_resolved'`;
    expect(audit).toMatchObject([{ details: { outcome: 'succeeded', reason: 'Seen in the provider’s dashboard' } }]);
  });
});

describe('reconciliation', () => {
  it('shows what agrees and what does not, and gives it as a file', async () => {
    const made = await subscribe();
    const attemptId = newId('attempt');
    const charge = { account: tenant.tenantId, reference: attemptId, method_id: made.providerMethodId };
    await sandbox('/v1/charges', { ...charge, amount: 700, currency: 'USD', description: '' });
    const page = await journeys.openAdminPortal(tenant, 'finance');
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    await page.getByRole('link', { name: 'Reconciliation' }).click();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('1 difference', { exact: true }).waitFor();
    await page.getByRole('row', { name: /Agreeing.*1.*\$19\.99/ }).waitFor();
    const row = page.getByRole('row', { name: /At the provider, not with us/ });
    await row.getByText(attemptId).waitFor();
    await row.getByText('$7.00').waitFor();
    await expectUsablePage(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Differences as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^sandbox-differences-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(new RegExp(`^sandbox,not_with_us,[^,]+,${attemptId},,,,,,,,sch_[^,]+,USD,7,0$`));
  });
});

describe('a dispute', () => {
  it('is held, then lost, and its page says what that did to the subscription', async () => {
    const made = await subscribe();
    const { provider_dispute_id } = await openDispute(made);
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await visit(page, 'disputes');
    const row = page.getByRole('row', { name: /Ada Lovelace/ });
    await row.getByText('Held').waitFor();
    await row.getByRole('link', { name: /\d{4}/ }).first().click();
    await page.getByRole('heading', { name: 'Dispute over $19.99' }).waitFor();
    await page.getByText('Payment disputed').waitFor();
    await sandbox(`/control/disputes/${provider_dispute_id}`, { result: 'lost' });
    await page.getByRole('status').getByText('Lost').waitFor();
    await page.getByText('Dispute lost').waitFor();
    await page.getByText('Canceled').first().waitFor();
    const { status } = await tenant.rest.get<{ status: string }>(`/v1/subscriptions/${made.subscriptionId}`);
    expect(status).toBe('canceled');
  });
});

describe('an invoice by hand', () => {
  it('is drafted, edited, made final, collected, and shown paid by itself', async () => {
    const { email } = await makeCustomer('<b>Grace</b> Hopper');
    const page = await journeys.openAdminPortal(tenant, 'finance');
    await page.getByRole('link', { name: 'Invoices' }).click();
    await page.getByRole('link', { name: 'New invoice' }).click();
    await page.getByLabel('For whom?').fill(email);
    await page.getByRole('button', { name: 'Find' }).click();
    const first = page.getByRole('group', { name: 'Line 1' });
    await first.getByLabel('Description').fill('Set-up');
    await first.getByLabel('Price of one').fill('50');
    await first.getByLabel('Quantity').fill('2');
    await page.getByRole('button', { name: 'Add a line' }).click();
    const second = page.getByRole('group', { name: 'Line 2' });
    await second.getByLabel('Description').fill('=HYPERLINK("x")');
    await second.getByLabel('Price of one').fill('0.50');
    await page.getByText('Total €100.50').waitFor();
    await expectUsablePage(page);
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByRole('heading', { name: 'Draft invoice' }).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Remove line 2' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The draft is changed.').waitFor();
    await page.getByRole('button', { name: 'Finalize' }).click();
    await dialog.getByText('<b>Grace</b> Hopper owes €100.00 from then on.', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Finalize €100.00' }).click();
    await page.getByRole('heading', { name: 'Invoice 1' }).waitFor();
    expect(await page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    await page.getByRole('link', { name: 'PDF' }).waitFor();
    await page.getByRole('button', { name: 'Collect' }).click();
    await dialog.getByText('€100.00 is charged to <b>Grace</b> Hopper now', { exact: false }).waitFor();
    await expectUsablePage(page);
    await dialog.getByRole('button', { name: 'Charge €100.00' }).click();
    await page.getByRole('status').getByText('Paid').waitFor();
    expect(await page.getByRole('button', { name: 'Void' }).count()).toBe(0);
  });

  it('is taken back, and its number stays in the row', async () => {
    const { customerId } = await makeCustomer('Ada Lovelace');
    const lines = [{ description: 'Set-up', amount: 5_000, quantity: 1 }];
    const body = { customer_id: customerId, currency: 'EUR', lines };
    const { invoice_id } = await tenant.rest.post<{ invoice_id: string }>('/v1/admin/invoices', body);
    await tenant.rest.post(`/v1/admin/invoices/${invoice_id}/finalize`, {});
    const page = await journeys.openAdminPortal(tenant, 'owner');
    await visit(page, `invoices/${invoice_id}`);
    await page.getByRole('button', { name: 'Void' }).click();
    await page
      .getByRole('dialog')
      .getByText(/€50\.00 to Ada Lovelace is taken back/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Void €50.00' }).click();
    await page.getByRole('status').getByText('Void').waitFor();
    const { number } = await tenant.rest.get<{ number: number }>(`/v1/invoices/${invoice_id}`);
    expect(number).toBe(1);
  });
});

describe.each([smallPhone, desk])('on $width pixels, $colorScheme', (screen) => {
  async function expectUsable(page: Page, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await visit(page, path);
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
      await expectUsablePage(page);
    }
  }

  it('every list of money can be used', async () => {
    const made = await subscribe('A name that is long enough to fill a whole cell and more than that');
    await tenant.rest.post(`/v1/payments/${made.paymentId}/refunds`, { amount: 500 });
    await openDispute(made);
    await subscribeUndecided();
    const page = await journeys.openAdminPortal(tenant, 'owner', screen);
    await expectUsable(page, ['payments', 'unknown-outcomes', 'refunds', 'disputes', 'invoices', 'reconciliation']);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('The books agree').waitFor();
    await expectUsablePage(page);
  });

  it('every single thing of money can be used', async () => {
    const made = await subscribe();
    await tenant.rest.post(`/v1/payments/${made.paymentId}/refunds`, { amount: 500 });
    const { dispute_id } = await openDispute(made);
    const draft = { customer_id: made.customerId, currency: 'EUR' };
    const { invoice_id } = await tenant.rest.post<{ invoice_id: string }>('/v1/admin/invoices', {
      ...{ ...draft, lines: [{ description: 'Set-up', amount: 5_000, quantity: 1 }] },
    });
    const { invoice_id: billed } = await tenant.rest.get<{ invoice_id: string }>(`/v1/payments/${made.paymentId}`);
    const page = await journeys.openAdminPortal(tenant, 'owner', screen);
    await expectUsable(page, [
      ...[`payments/${made.paymentId}`, `disputes/${dispute_id}`, `invoices/${billed}`],
      ...[`invoices/new?customer_id=${made.customerId}`, `invoices/${invoice_id}`],
    ]);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').getByLabel('Description').waitFor();
    await expectUsablePage(page);
  });
});

describe('who is not of finance', () => {
  it('is offered no reconciliation and no invoice by hand, and is refused both', async () => {
    const made = await subscribe();
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    const tabs = page.getByRole('navigation', { name: 'Payments' });
    await tabs.getByRole('link', { name: 'Disputes' }).waitFor();
    expect(await tabs.getByRole('link', { name: 'Reconciliation' }).count()).toBe(0);
    expect(await tabs.getByRole('link', { name: 'Refund requests' }).count()).toBe(0);
    await visit(page, 'invoices');
    expect(await page.getByRole('link', { name: 'New invoice' }).count()).toBe(0);
    const range = 'created_from=2026-01-01T00:00:00Z&created_to=2026-01-02T00:00:00Z';
    const body = JSON.stringify({ customer_id: made.customerId, currency: 'EUR', lines: [] });
    const refused = await page.evaluate(
      `Promise.all([
        fetch('/v1/admin/reconciliation?provider=sandbox&${range}'),
        fetch('/v1/admin/invoices', { method: 'POST', body: '${body}', headers: { 'content-type': 'application/json' } }),
      ]).then((answers) => answers.map(({ status }) => status))`,
    );
    expect(refused).toEqual([403, 403]);
  });
});
