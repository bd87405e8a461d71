import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { expectUsablePage, type PortalJourneys } from './support/portal-journeys.ts';
import { scriptCharges } from './support/troubles.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

async function makeCustomer(details: Record<string, unknown> = {}): Promise<string> {
  const body = { email: 'ada@example.com', name: 'Ada', ...details };
  return (await tenant.rest.post<{ customer_id: string }>('/v1/customers', body)).customer_id;
}

/** On the subscribe page, with that card set up at the provider; what was chosen before stays chosen. */
async function addCard(page: Page, lastFour: string): Promise<void> {
  await page.getByRole('button', { name: 'Add payment method' }).click();
  await page.getByRole('button', { name: new RegExp(`${lastFour}$`) }).click();
  await page.getByText('The new payment method is added.').waitFor();
  await page.getByRole('radio', { name: new RegExp(lastFour) }).click();
}

/** As far as the button that charges. */
async function choosePlan(page: Page, plan: string, lastFour: string): Promise<void> {
  await page.getByRole('link', { name: 'Choose a plan' }).click();
  await page.getByRole('radio', { name: new RegExp(`^${plan}`) }).click();
  await addCard(page, lastFour);
}

const subscribe = (page: Page) => page.getByRole('button', { name: 'Subscribe and pay' }).click();

async function attemptsOf(status: string): Promise<number> {
  const [row] = await journeys.platform.owner<[{ count: number }]>`
    select count(*)::int from payment_attempts where tenant_id = ${tenant.tenantId} and status = ${status}`;
  return row.count;
}

describe('a customer who subscribes', () => {
  beforeEach(async () => {
    await tenant.makePlan({ name: 'Pro', amount: 2900, currency: 'EUR' });
  });

  it('confirms at the bank’s page, is led back, and is subscribed', async () => {
    const page = await journeys.openCustomerPortal(tenant, await makeCustomer());
    await choosePlan(page, 'Pro', '3155');
    await subscribe(page);
    await page.getByText('Your bank wants you to confirm', { exact: true }).waitFor();
    expect(await attemptsOf('succeeded')).toBe(0);
    await expectUsablePage(page);
    await page.getByRole('link', { name: 'Confirm with your bank' }).click();
    await page.getByRole('heading', { name: 'Sandbox bank' }).waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL(/\/portal\/payment-result/);
    await page.getByText('You are subscribed').waitFor();
    expect([await attemptsOf('succeeded'), await attemptsOf('requires_action')]).toEqual([1, 0]);
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByText('Active', { exact: true }).waitFor();
  });

  it('is told that a refused confirmation charged nothing, and tries another card', async () => {
    const page = await journeys.openCustomerPortal(tenant, await makeCustomer());
    await choosePlan(page, 'Pro', '3155');
    await subscribe(page);
    await page.getByRole('link', { name: 'Confirm with your bank' }).click();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('The payment did not work').waitFor();
    await expectUsablePage(page);
    await page.getByRole('link', { name: 'Try again with another method' }).click();
    await addCard(page, '4242');
    await subscribe(page);
    await page.getByText('You are subscribed').waitFor();
    expect([await attemptsOf('succeeded'), await attemptsOf('declined')]).toEqual([1, 1]);
  });

  it('is told of a decline where it happened, and tries another card', async () => {
    const page = await journeys.openCustomerPortal(tenant, await makeCustomer());
    await choosePlan(page, 'Pro', '0002');
    await subscribe(page);
    await page
      .getByRole('alert')
      .getByText(/^The payment was declined/)
      .waitFor();
    await addCard(page, '4242');
    await subscribe(page);
    await page.getByText('You are subscribed').waitFor();
    expect([await attemptsOf('succeeded'), await attemptsOf('declined')]).toEqual([1, 1]);
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByRole('heading', { name: 'Pro' }).waitFor();
    // The subscription that never began is owed nothing.
    expect(await page.getByText(/is due$/).count()).toBe(0);
  });

  it('sees a notification of the provider change the page', async () => {
    const page = await journeys.openCustomerPortal(tenant, await makeCustomer());
    await choosePlan(page, 'Pro', '4242');
    // Decided after the platform’s own first look and after this page has been seen, long before the second look.
    await scriptCharges(journeys.platform, tenant, ['pending:20000']);
    await subscribe(page);
    await page.getByText('The payment is not decided yet').waitFor();
    await page.getByText('You are subscribed').waitFor({ timeout: 60_000 });
    const events = await journeys.platform.owner<{ status: string }[]>`
      select status from inbox where tenant_id = ${tenant.tenantId} and event_type = 'charge.updated'`;
    expect(events.map(({ status }) => status)).toEqual(['processed']);
  });

  it('sees the free days and what is charged after them, and begins without a charge', async () => {
    await tenant.rest.post('/v1/plans', {
      ...{ name: 'Try it', amount: 1900, currency: 'EUR', interval: 'month', trial_period_days: 14 },
    });
    const page = await journeys.openCustomerPortal(tenant, await makeCustomer());
    await choosePlan(page, 'Try it', '4242');
    const summary = page.getByRole('region', { name: 'Summary' });
    await summary.getByText('€0.00').waitFor();
    await summary.getByText('First payment, in 14 days').waitFor();
    await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
    await page.getByText('You are subscribed').waitFor();
    expect(await attemptsOf('succeeded')).toBe(0);
  });
});

describe('a customer', () => {
  async function subscribed(token = 'tok_ok', details: Record<string, unknown> = {}) {
    const customerId = await makeCustomer(details);
    await tenant.rest.post(`/v1/customers/${customerId}/payment-methods`, { provider: 'sandbox', token });
    const plan_id = await tenant.makePlan();
    await tenant.rest.post('/v1/subscriptions', { customer_id: customerId, plan_id });
    return customerId;
  }

  it('pays what is overdue from the banner', async () => {
    const customerId = await subscribed('tok_decline_after_1');
    await tenant.rest.post('/v1/test-clock/advance', { by: 'P32D' });
    await tenant.waitForQuiet(60_000);
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByText(/is due$/).waitFor();
    await scriptCharges(journeys.platform, tenant, ['ok']);
    await page.getByRole('button', { name: 'Pay now' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Pay \$/ })
      .click();
    await page.getByText(/is due$/).waitFor({ state: 'detached' });
    await page.getByText('Active', { exact: true }).waitFor();
    expect(await attemptsOf('succeeded')).toBe(2);
  });

  it('finds the help of the business, and no link where it named none or one that is no web address', async () => {
    const customerId = await subscribed();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    const help = page.getByRole('banner').getByRole('link', { name: 'Help' });
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await help.count()).toBe(0);
    const settings = { help_url: 'https://help.example.com/books' };
    expect((await tenant.rest.send('PUT', '/v1/tenant', { settings })).status).toBe(200);
    await page.reload();
    expect(await help.getAttribute('href')).toBe('https://help.example.com/books');
    expect(await help.getAttribute('rel')).toBe('noopener noreferrer');
    // Nothing but a hand in the database writes this: the interface refuses it.
    await journeys.platform.owner`
      update tenants set settings = settings || '{"helpUrl": "javascript:alert(1)"}' where tenant_id = ${tenant.tenantId}`;
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await help.count()).toBe(0);
  });

  it('chooses a language, and is greeted in it at the next sign-in', async () => {
    const customerId = await subscribed();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('main').getByRole('combobox', { name: 'Language' }).click();
    await page.getByRole('listbox').getByRole('option', { name: 'Deutsch' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Konto' }).waitFor();
    const stored = await tenant.rest.get<{ language: string }>(`/v1/customers/${customerId}`);
    expect(stored.language).toBe('de');
    const elsewhere = await journeys.openCustomerPortal(tenant, customerId);
    await elsewhere.getByRole('heading', { name: 'Übersicht' }).waitFor();
    expect(await elsewhere.evaluate('document.documentElement.lang')).toBe('de');
    await expectUsablePage(elsewhere);
  });

  it('pauses and resumes by the keyboard alone', async () => {
    const page = await journeys.openCustomerPortal(tenant, await subscribed());
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await hasFocus(page, page.getByRole('link', { name: 'Skip to the page' }))).toBe(true);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Pause' }));
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Pause' }));
    await page.keyboard.press('Enter');
    // It holds the focus until everything on the page was read anew.
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await tabTo(page, page.getByRole('button', { name: 'Resume' }));
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Not now' }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // Where the dialog was opened from.
    await expect.poll(() => hasFocus(page, page.getByRole('button', { name: 'Resume' }))).toBe(true);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Resume' }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
  });
});

const stopsMax = 40;

async function hasFocus(page: Page, target: Locator): Promise<boolean> {
  return (await target.and(page.locator(':focus')).count()) === 1;
}

/** By Tab alone, as far as any page has stops; and still there once what has just opened has settled where its focus is. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < stopsMax; stop++) {
    if (await hasFocus(page, target)) {
      await page.evaluate(
        'new Promise((resolve) => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve))))',
      );
      if (await hasFocus(page, target)) return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${target.toString()}`);
}
