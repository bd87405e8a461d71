import { describe, expect, it } from 'vitest';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { desk, expectColours, expectUsablePage, type PortalJourneys, smallPhone } from './support/portal-journeys.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

async function subscribe(token = 'tok_ok', plan: { name?: string; amount?: number } = {}) {
  const planId = await tenant.makePlan(plan);
  const customerId = await tenant.makeCustomer(token);
  const created = await tenant.rest.post<{ subscription_id: string }>('/v1/subscriptions', {
    ...{ customer_id: customerId, plan_id: planId },
  });
  return { customerId, planId, subscriptionId: created.subscription_id };
}

describe('a customer', () => {
  it('subscribes with a card set up at the provider, and sees the subscription and its history', async () => {
    await tenant.makePlan({ name: 'Pro', amount: 2900, currency: 'EUR' });
    const { customer_id: id } = await tenant.rest.post<{ customer_id: string }>('/v1/customers', {
      email: 'ada@example.com',
      name: '<script>alert(1)</script>',
    });
    const page = await journeys.openCustomerPortal(tenant, id);
    await page.getByRole('link', { name: 'Choose a plan' }).click();
    await page.getByRole('radio', { name: /^Pro/ }).click();
    await page.getByRole('button', { name: 'Add payment method' }).click();
    await page.getByRole('button', { name: /visa/i }).first().click();
    await page.getByText('The new payment method is added.').waitFor();
    await page.getByRole('button', { name: 'Subscribe and pay' }).click();
    await page.getByText('You are subscribed').waitFor();
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByRole('heading', { name: 'Pro' }).waitFor();
    const history = page.getByRole('table', { name: 'Subscription history' });
    await history.getByRole('cell', { name: 'Subscribed' }).waitFor();
    expect(await history.getByRole('columnheader').allTextContents()).toEqual(['Date', 'Action', 'Plan']);
    const { data } = await tenant.rest.get<{ data: { status: string }[] }>('/v1/payments');
    expect(data.map(({ status }) => status)).toEqual(['completed']);
  });

  it('sees what a change of plan bills before it is made', async () => {
    const { customerId } = await subscribe('tok_ok', { name: 'Starter', amount: 900 });
    await tenant.makePlan({ name: 'Team', amount: 9900 });
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('main').getByRole('button', { name: 'Change plan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change plan' });
    await dialog.getByLabel(/^Team/).click();
    await dialog.getByText('Unused time of Starter').waitFor();
    await expectUsablePage(page);
    await dialog.getByRole('button', { name: 'Change plan' }).click();
    await page.getByRole('heading', { name: 'Team' }).waitFor();
  });

  it('cancels at the end of the period and thinks better of it, pauses and resumes', async () => {
    const { customerId, subscriptionId } = await subscribe();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.getByRole('button', { name: 'Cancel subscription' }).click();
    await page.getByText(/^Ends on/).waitFor();
    await page.getByRole('button', { name: 'Keep the subscription' }).click();
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText(/^Ends on/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    const subscription = await tenant.rest.get<{ status: string; cancel_at: null }>(
      `/v1/subscriptions/${subscriptionId}`,
    );
    expect([subscription.status, subscription.cancel_at]).toEqual(['active', null]);
  });

  it('asks for a part of a payment back, and sees what becomes of it as it is decided', async () => {
    const { customerId } = await subscribe();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('link', { name: 'Billing' }).click();
    const askButton = page.getByRole('button', { name: 'Ask for a refund' });
    async function ask(amount: string): Promise<string> {
      await askButton.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(/^Amount/).fill(amount);
      await dialog.getByLabel(/^Why/).fill('Too dear');
      await dialog.getByRole('button', { name: 'Send request' }).click();
      await page
        .getByRole('cell', { name: new RegExp(`^Refund of \\$${amount.replace(',', '.')} asked for on `) })
        .waitFor();
      await askButton.waitFor({ state: 'detached' });
      type Asked = { refund_request_id: string; reason: string };
      const { data } = await tenant.rest.get<{ data: Asked[] }>('/v1/admin/refund-requests?status=open');
      expect(data.map(({ reason }) => reason)).toEqual(['Too dear']);
      return `/v1/admin/refund-requests/${data[0]?.refund_request_id}`;
    }
    const first = await ask('4,50');
    const declined = { note: 'Not again', customer_message: 'Used for a <b>month</b>' };
    await tenant.rest.post(`${first}/decline`, declined);
    await page.getByText('Refund declined: Used for a <b>month</b>', { exact: true }).waitFor();
    const second = await ask('3,20');
    await tenant.rest.post(`${second}/approve`, {});
    await page.getByText(/^Refunded \$3\.20 on /).waitFor();
    await page.getByText('Partly refunded').waitFor();
    expect(await page.getByText(declined.note).count()).toBe(0);
    await expectUsablePage(page);
  });

  it('pays an overdue payment with another card', async () => {
    const { customerId, subscriptionId } = await subscribe('tok_decline_after_1');
    await tenant.rest.post('/v1/test-clock/advance', { by: 'P32D' });
    await tenant.waitForQuiet(60_000);
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByText(/^Payment of .* is due$/).waitFor();
    await page.getByRole('link', { name: 'Payment methods' }).first().click();
    await page.getByRole('button', { name: 'Add payment method' }).click();
    await page
      .getByRole('button', { name: /tok_ok|visa/i })
      .first()
      .click();
    await page.getByText('The new payment method is added.').waitFor();
    await page.getByRole('button', { name: /^Make .* the default$/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make default' }).click();
    await expect
      .poll(async () => (await tenant.rest.get<{ status: string }>(`/v1/subscriptions/${subscriptionId}`)).status, {
        timeout: 20_000,
      })
      .toBe('active');
    await page.getByText(/^Payment of .* is due$/).waitFor({ state: 'detached' });
  });

  it.each([smallPhone, desk])('can use every page on $width pixels, $colorScheme', async (screen) => {
    const { customerId } = await subscribe();
    const page = await journeys.openCustomerPortal(tenant, customerId, screen);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await expectColours(page, screen);
    for (const path of ['', 'billing', 'payment-methods', 'account', 'subscribe']) {
      await page.goto(`${journeys.platform.apiUrl}/portal/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
      await expectUsablePage(page);
    }
  });
});

describe('nobody else', () => {
  it('sees anything without a link', async () => {
    const { customerId } = await subscribe();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.context().clearCookies();
    await page.goto(`${journeys.platform.apiUrl}/portal/billing`);
    await page.getByText('Open this page with the link you were given.').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
  });
});
