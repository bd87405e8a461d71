import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import {
  desk,
  expectColours,
  expectUsableEverywhere,
  expectUsablePage,
  type PortalJourneys,
  smallPhone,
} from './support/portal-journeys.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

/** A renewal declined for insufficient funds. */
async function failRenewal(): Promise<{ paymentId: string; customerId: string; subscriptionId: string }> {
  const plan_id = await tenant.makePlan({ name: 'Pro' });
  const customerId = await tenant.makeCustomer('tok_decline_after_1');
  const { subscription_id: subscriptionId } = await tenant.rest.post<{ subscription_id: string }>('/v1/subscriptions', {
    ...{ customer_id: customerId, plan_id },
  });
  await tenant.rest.post('/v1/test-clock/advance', { by: 'P32D' });
  await tenant.waitForQuiet(60_000);
  let paymentId = '';
  await expect
    .poll(
      async () => {
        const { data } = await tenant.rest.get<{ data: { payment_id: string }[] }>('/v1/admin/payments?status=failed');
        paymentId = data[0]?.payment_id ?? '';
        return paymentId;
      },
      { timeout: 30_000 },
    )
    .not.toBe('');
  return { paymentId, customerId, subscriptionId };
}

/** Every answer takes so long that a retry ends before the page has seen it under way. */
async function slowDown(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const unlimited = { offline: false, downloadThroughput: -1, uploadThroughput: -1 };
  await devtools.send('Network.emulateNetworkConditions', { ...unlimited, latency: 2_000 });
}

describe('an administrator', () => {
  it('retries a failed payment: warned, told of the task, and of the result without touching the page', async () => {
    const { paymentId } = await failRenewal();
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    await page.getByRole('link', { name: 'Payment errors' }).click();
    const row = page.getByRole('row', { name: new RegExp(paymentId) });
    await row.getByText('Insufficient funds').waitFor();
    await row.getByRole('link', { name: paymentId }).click();
    await page.getByRole('button', { name: 'Run retry' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run retry' });
    await dialog.getByText(paymentId).waitFor();
    await dialog.getByText(/second charge attempt/).waitFor();
    await expectUsablePage(page);
    await slowDown(page);
    await dialog.getByRole('button', { name: 'Run retry' }).click();
    await page.getByText(/^Retry requested \(task_/).waitFor();
    await page.getByText(/^The retry failed\./).waitFor();
    await page.getByRole('cell', { name: 'By hand' }).waitFor();
  });

  it('is told by the forbidden action itself why it is', async () => {
    const { subscriptionId } = await failRenewal();
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await page.goto(`${journeys.platform.apiUrl}/admin/subscriptions/${subscriptionId}`);
    const resume = page.getByRole('button', { name: /^Resume/ });
    await resume.focus();
    await page.getByRole('tooltip', { name: 'Not possible in the state “Past due”.' }).waitFor();
    expect(await resume.getAttribute('aria-disabled')).toBe('true');
  });

  it('decides on a refund a customer has asked for', async () => {
    const plan_id = await tenant.makePlan();
    const customer_id = await tenant.makeCustomer();
    await tenant.rest.post('/v1/subscriptions', { customer_id, plan_id });
    const { data } = await tenant.rest.get<{ data: { payment_id: string }[] }>('/v1/payments');
    const id = data[0]?.payment_id ?? '';
    const asked = { amount: 500, reason: '<img src=x onerror=alert(1)>' };
    await tenant.rest.post(`/v1/payments/${id}/refund-requests`, asked);
    const page = await journeys.openAdminPortal(tenant, 'finance');
    await page.goto(`${journeys.platform.apiUrl}/admin/refund-requests`);
    await page.getByRole('cell', { name: asked.reason }).waitFor();
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByLabel('Why? (only your team reads it)').fill('The third time');
    await page.getByLabel('What the customer reads (optional)').fill('Used for a month');
    await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click();
    await page.getByText('Declined.').waitFor();
    await page.getByLabel('Show').selectOption('Declined');
    await page.getByRole('cell', { name: /The third time.*To the customer: Used for a month/ }).waitFor();
    await tenant.rest.post(`/v1/payments/${id}/refund-requests`, asked);
    await page.getByLabel('Show').selectOption('Open');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved: the refund is under way.').waitFor();
    await page.goto(`${journeys.platform.apiUrl}/admin/payments/${id}`);
    await page.getByText('Partly refunded').waitFor();
    const { amount_refunded } = await tenant.rest.get<{ amount_refunded: number }>(`/v1/payments/${id}`);
    expect(amount_refunded).toBe(500);
  });

  it('makes a plan and a customer, and moves the clock', async () => {
    const page = await journeys.openAdminPortal(tenant, 'owner');
    await page.getByRole('link', { name: 'Plans' }).click();
    await page.getByRole('button', { name: 'New plan' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Weekly');
    await dialog.getByLabel('Price').fill('5');
    await dialog.getByLabel('Interval').selectOption('week');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: '€5.00 per week' }).waitFor();
    await page.getByRole('link', { name: 'Customers' }).click();
    await page.getByRole('button', { name: 'New customer' }).click();
    await dialog.getByLabel('Name').fill('<script>alert(1)</script>');
    await dialog.getByLabel('E-mail').fill('grace@example.com');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: '<script>alert(1)</script>' }).waitFor();
    await page.getByRole('button', { name: 'Advance' }).click();
    await dialog.getByRole('button', { name: 'Advance the clock' }).click();
    await page.getByText('The clock moves on.').waitFor();
    const { data } = await tenant.rest.get<{ data: { name: string }[] }>('/v1/plans');
    expect(data.map(({ name }) => name)).toEqual(['Weekly']);
  });

  it('finds customers by the beginning of a name or an e-mail, in capitals or not', async () => {
    for (const [name, email] of [
      ['Ada Lovelace', 'countess@example.com'],
      ['Grace Hopper', 'adamant@example.com'],
      ['Edsger', 'ew@example.com'],
    ])
      await tenant.rest.post('/v1/customers', { name, email });
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await page.goto(`${journeys.platform.apiUrl}/admin/customers`);
    await page.getByRole('link', { name: 'Edsger' }).waitFor();
    await page.getByLabel('Name or e-mail').fill('ADA');
    await page.getByRole('link', { name: 'Edsger' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    await page.getByRole('link', { name: 'Grace Hopper' }).waitFor();
    expect(new URL(page.url()).searchParams.get('text')).toBe('ADA');
    await page.getByLabel('Name or e-mail').fill('ada l');
    await page.getByRole('link', { name: 'Grace Hopper' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  });

  it('can use the dialogs about customers, plans, the clock and refunds by any means', async () => {
    const { customerId } = await failRenewal();
    const page = await journeys.openAdminPortal(tenant, 'owner');
    const dialogs = [
      ['customers', 'New customer'],
      [`customers/${customerId}`, 'Edit'],
      [`customers/${customerId}`, 'Subscribe'],
      [`customers/${customerId}`, 'Portal link'],
      ['plans', 'New plan'],
      ['plans', 'Edit'],
      ['plans', 'Archive'],
      ['subscriptions', 'Subscribe a customer'],
      ['subscriptions?status=active', 'Save view'],
      ['', 'Advance'],
    ] as const;
    for (const [path, button] of dialogs) {
      await page.goto(`${journeys.platform.apiUrl}/admin/${path}`);
      await page.getByRole('button', { name: button, exact: true }).first().click();
      await page.getByRole('dialog').getByRole('heading').waitFor();
      await expectUsableEverywhere(page);
    }
  });

  it.each([smallPhone, desk])('can use every page on $width pixels, $colorScheme', async (screen) => {
    const { paymentId, customerId, subscriptionId } = await failRenewal();
    const page = await journeys.openAdminPortal(tenant, 'owner', screen);
    await expectColours(page, screen);
    const lists = [
      '',
      'subscriptions',
      'payment-errors',
      'customers',
      'plans',
      'invoices',
      'refund-requests',
      'disputes',
      'webhooks',
      'account',
    ];
    const details = [`subscriptions/${subscriptionId}`, `payments/${paymentId}`, `customers/${customerId}`];
    for (const path of [...lists, ...details]) {
      await page.goto(`${journeys.platform.apiUrl}/admin/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
      await expectUsablePage(page);
    }
  });
});

describe('a viewer', () => {
  it('sees what failed, and is offered nothing that would be refused', async () => {
    const { paymentId, subscriptionId } = await failRenewal();
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await page.goto(`${journeys.platform.apiUrl}/admin/payments/${paymentId}`);
    await page.getByText('No retry: Your role does not allow this.').waitFor();
    expect(await page.getByRole('button', { name: 'Run retry' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Payments', exact: true }).click();
    const tabs = page.getByRole('navigation', { name: 'Payments' });
    await tabs.getByRole('link', { name: 'Payment errors' }).waitFor();
    expect(await tabs.getByRole('link', { name: 'Refund requests' }).count()).toBe(0);
    await page.goto(`${journeys.platform.apiUrl}/admin/subscriptions/${subscriptionId}`);
    const cancel = page.getByRole('button', { name: /^Cancel/ });
    await cancel.waitFor();
    expect(await cancel.getAttribute('aria-disabled')).toBe('true');
    const refused = await page.evaluate(
      `fetch('/v1/admin/payments/${paymentId}/retry', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
        .then((answer) => answer.status)`,
    );
    expect(refused).toBe(403);
  });
});
