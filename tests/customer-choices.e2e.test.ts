import { describe, expect, it } from 'vitest';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { expectUsablePage, type PortalJourneys } from './support/portal-journeys.ts';
import { scriptCharges } from './support/troubles.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

interface Subscription {
  subscription_id: string;
  status: string;
  quantity: number;
  plan_id: string;
  cancel_at: string | null;
  pending_change: { waits_for: string; plan_id: string | null } | null;
}

async function subscribe(customer_id: string, plan_id: string, more: Record<string, unknown> = {}) {
  const created = await tenant.rest.post<Subscription>('/v1/subscriptions', { customer_id, plan_id, ...more });
  return () => tenant.rest.get<Subscription>(`/v1/subscriptions/${created.subscription_id}`);
}

async function addMethod(customerId: string, token: string): Promise<string> {
  const body = { provider: 'sandbox', token };
  const path = `/v1/customers/${customerId}/payment-methods`;
  return (await tenant.rest.post<{ payment_method_id: string }>(path, body)).payment_method_id;
}

describe('a customer', () => {
  it('cancels at once', async () => {
    const customerId = await tenant.makeCustomer();
    const read = await subscribe(customerId, await tenant.makePlan());
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel Pro' });
    await dialog.getByRole('radio', { name: 'Now' }).check();
    await dialog.getByLabel(/^Why/).fill('<b>Too dear</b>');
    await expectUsablePage(page);
    await dialog.getByRole('button', { name: 'Cancel subscription' }).click();
    await page.getByText('This subscription has ended.').waitFor();
    await page.getByRole('link', { name: 'Subscribe again' }).waitFor();
    expect(await read()).toMatchObject({ status: 'canceled' });
  });

  it('changes the plan at the end of the period, and pays no more until then', async () => {
    const customerId = await tenant.makeCustomer();
    const read = await subscribe(customerId, await tenant.makePlan({ name: 'Starter', amount: 900 }));
    const team = await tenant.makePlan({ name: 'Team', amount: 9900 });
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('main').getByRole('button', { name: 'Change plan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change plan' });
    await dialog.getByLabel(/^Team/).click();
    await dialog.getByText('At the end of the period', { exact: true }).click();
    await dialog.getByText('Nothing is charged now. The new price applies from the next period.').waitFor();
    await dialog.getByRole('button', { name: 'Change plan' }).click();
    await page.getByText('A change takes effect at the end of the period.').waitFor();
    await page.getByRole('heading', { name: 'Starter' }).waitFor();
    expect((await read()).pending_change).toMatchObject({ waits_for: 'period_end', plan_id: team });
    await tenant.rest.post('/v1/test-clock/advance', { by: 'P32D' });
    await page.getByRole('heading', { name: 'Team' }).waitFor();
    const { data } = await tenant.rest.get<{ data: { amount: number; status: string }[] }>('/v1/payments');
    expect(data.map(({ amount, status }) => [amount, status])).toEqual([
      [9900, 'completed'],
      [900, 'completed'],
    ]);
  });

  it('makes another method the default and removes the first', async () => {
    const customerId = await tenant.makeCustomer('tok_ok');
    const second = await addMethod(customerId, 'tok_decline_after_1');
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('link', { name: 'Payment methods' }).click();
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: /^Make .* the default$/ }).click();
    await dialog.getByText(/is charged\. A payment that is overdue/).waitFor();
    await expectUsablePage(page);
    await dialog.getByRole('button', { name: 'Make default' }).click();
    await page.getByRole('button', { name: 'Make Visa ···· 4242 the default' }).waitFor();
    await page.getByRole('button', { name: 'Remove Visa ···· 4242' }).click();
    await dialog.getByText('Visa ···· 4242 is not charged any more.').waitFor();
    await expectUsablePage(page);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove Visa ···· 4242' }).waitFor({ state: 'detached' });
    type Method = { payment_method_id: string; default: boolean; status: string };
    const { data } = await tenant.rest.get<{ data: Method[] }>(`/v1/customers/${customerId}/payment-methods`);
    const left = data.filter(({ status }) => status === 'active');
    expect(left).toMatchObject([{ payment_method_id: second, default: true }]);
  });

  it('is told of each subscription that is unpaid, and pays one of them', async () => {
    const customerId = await tenant.makeCustomer('tok_decline_after_1');
    const older = await subscribe(customerId, await tenant.makePlan({ name: 'Alpha', amount: 1100 }));
    const other = { payment_method_id: await addMethod(customerId, 'tok_decline_after_1') };
    await subscribe(customerId, await tenant.makePlan({ name: 'Beta', amount: 2200 }), other);
    const good = { payment_method_id: await addMethod(customerId, 'tok_ok') };
    await subscribe(customerId, await tenant.makePlan({ name: 'Gamma', amount: 3300 }), good);
    await tenant.rest.post('/v1/test-clock/advance', { by: 'P32D' });
    const page = await journeys.openCustomerPortal(tenant, customerId);
    // The newest is what the page is about, and it is paid.
    await page.getByRole('heading', { name: 'Gamma' }).waitFor();
    await page.getByText('Payment of $22.00 for Beta is due').waitFor();
    await page.getByText('Payment of $11.00 for Alpha is due').waitFor();
    expect(await page.getByText(/is due$/).count()).toBe(2);
    await expectUsablePage(page);
    await scriptCharges(journeys.platform, tenant, ['ok']);
    await page.getByRole('button', { name: 'Pay now: Alpha' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('$11.00 is charged to your payment method at once.').waitFor();
    await expectUsablePage(page);
    await dialog.getByRole('button', { name: 'Pay $11.00' }).click();
    await page.getByText('Payment of $11.00 for Alpha is due').waitFor({ state: 'detached' });
    await expect.poll(async () => (await older()).status, { timeout: 20_000 }).toBe('active');
    await page.getByText('Payment of $22.00 for Beta is due').waitFor();
  });

  it('is told the most that can be asked back, in a dialog everybody can use', async () => {
    const customerId = await tenant.makeCustomer();
    await subscribe(customerId, await tenant.makePlan());
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('link', { name: 'Billing' }).click();
    await page.getByRole('button', { name: 'Ask for a refund' }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/^Amount/)
      .fill('99,00');
    await page.getByText('An amount up to $19.99.').waitFor();
    await expectUsablePage(page);
  });
});

describe('a customer who subscribes', () => {
  it('says how many, sees the price follow, and is charged for as many', async () => {
    await tenant.makePlan({ name: 'Seats', amount: 1000 });
    const { customer_id: customerId } = await tenant.rest.post<{ customer_id: string }>('/v1/customers', {
      email: 'ada@example.com',
    });
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('link', { name: 'Choose a plan' }).click();
    await page.getByRole('radio', { name: /^Seats/ }).click();
    const quantity = page.getByLabel('Quantity');
    const summary = page.getByRole('region', { name: 'Summary' });
    await summary.getByText('$10.00', { exact: true }).waitFor();
    for (const none of ['0', '1.5', '100001', '']) {
      await quantity.fill(none);
      await page.getByText('A whole number from 1 to 100,000.').waitFor();
      expect(await summary.getByRole('button', { name: 'Subscribe and pay' }).isDisabled()).toBe(true);
    }
    await expectUsablePage(page);
    await quantity.fill('3');
    await summary.getByText('$30.00', { exact: true }).waitFor();
    await summary.getByText('Then $30.00 per month, until you cancel.').waitFor();
    await page.getByRole('button', { name: 'Add payment method' }).click();
    await page.getByRole('button', { name: /4242$/ }).click();
    await page.getByText('The new payment method is added.').waitFor();
    // What was typed before outlives the way to the provider.
    expect(await quantity.inputValue()).toBe('3');
    await page.getByRole('button', { name: 'Subscribe and pay' }).click();
    await page.getByText('You are subscribed').waitFor();
    const { data: made } = await tenant.rest.get<{ data: Subscription[] }>('/v1/subscriptions');
    const { data: paid } = await tenant.rest.get<{ data: { amount: number }[] }>('/v1/payments');
    expect([made.map((one) => one.quantity), paid.map(({ amount }) => amount)]).toEqual([[3], [3000]]);
  });

  it('is asked for no quantity where the price is the same for any', async () => {
    const flat = { name: 'Flat', amount: 1000, currency: 'USD', interval: 'month', pricing_model: 'flat' };
    await tenant.rest.post('/v1/plans', flat);
    const page = await journeys.openCustomerPortal(tenant, await tenant.makeCustomer());
    await page.goto(`${journeys.url}/portal/subscribe?quantity=7`);
    await page.getByRole('radio', { name: /^Flat/ }).click();
    await page.getByRole('region', { name: 'Summary' }).getByText('$10.00', { exact: true }).waitFor();
    expect(await page.getByLabel('Quantity').count()).toBe(0);
  });
});

describe('a customer with more than a page of everything', () => {
  const more = 101;

  it('reaches the oldest subscription, and is offered the oldest plan', async () => {
    const customerId = await tenant.makeCustomer();
    const oldest = await tenant.makePlan({ name: 'The oldest', amount: 0 });
    const read = await subscribe(customerId, oldest);
    const newest = await tenant.makePlan({ name: 'The newest', amount: 0 });
    for (let made = 0; made < more; made += 1) {
      await subscribe(customerId, newest);
      await tenant.makePlan({ name: `Plan ${made}`, amount: 100 });
    }
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('heading', { name: 'The newest' }).waitFor();
    await page.getByRole('combobox', { name: 'Subscription' }).selectOption((await read()).subscription_id);
    await page.getByRole('heading', { name: 'The oldest' }).waitFor();
    await page.getByRole('link', { name: 'Another subscription' }).click();
    await page.getByRole('radio', { name: /^The oldest/ }).waitFor();
    expect(await page.getByRole('radio').count()).toBe(more + 2);
  }, 120_000);
});
