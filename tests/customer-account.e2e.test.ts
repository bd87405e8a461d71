import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { expectUsablePage, type PortalJourneys, phone, smallPhone } from './support/portal-journeys.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

interface Subscription {
  status: string;
  resumes_at: string | null;
  next_charge: { at: string } | null;
}

async function makeCustomer(details: Record<string, unknown>): Promise<string> {
  const body = { email: 'ada@example.com', name: 'Ada', ...details };
  const { customer_id: id } = await tenant.rest.post<{ customer_id: string }>('/v1/customers', body);
  await tenant.rest.post(`/v1/customers/${id}/payment-methods`, { provider: 'sandbox', token: 'tok_ok' });
  return id;
}

async function subscribed(details: Record<string, unknown> = {}) {
  const planId = await tenant.makePlan();
  const customerId = await makeCustomer(details);
  const { subscription_id: subscriptionId } = await tenant.rest.post<{ subscription_id: string }>('/v1/subscriptions', {
    ...{ customer_id: customerId, plan_id: planId },
  });
  const read = () => tenant.rest.get<Subscription>(`/v1/subscriptions/${subscriptionId}`);
  return { customerId, subscriptionId, read };
}

const longName = 'A plan with a name that is longer than any phone is wide';
/** A day apart at every hour. */
const [far, farther] = ['Pacific/Kiritimati', 'Etc/GMT+12'];
const screen = { width: 1280, height: 900, timezoneId: farther };

const dateIn = (timeZone: string, at: string) =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone }).format(new Date(at));
const instantIn = (timeZone: string, at: string) =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(at));

async function firstOf<Item>(path: string): Promise<Item> {
  const { data } = await tenant.rest.get<{ data: Item[] }>(path);
  if (data[0] === undefined) throw new Error(`nothing at ${path}`);
  return data[0];
}

describe('a customer far from the browser', () => {
  it('reads every date as their own zone has it, as their invoices do', async () => {
    const { customerId, subscriptionId, read } = await subscribed({ timezone: far });
    const page = await journeys.openCustomerPortal(tenant, customerId, screen);
    const due = (await read()).next_charge?.at ?? '';
    expect(dateIn(far, due)).not.toBe(dateIn(farther, due));
    await page.getByText(`$19.99 on ${dateIn(far, due)}`).waitFor();
    const upcoming = page.getByRole('table', { name: 'Upcoming payments' });
    await upcoming.getByRole('cell', { name: dateIn(far, due), exact: true }).waitFor();
    const { at } = await firstOf<{ at: string }>(`/v1/subscriptions/${subscriptionId}/timeline`);
    const history = page.getByRole('table', { name: 'Subscription history' });
    await history
      .getByRole('cell', { name: instantIn(far, at), exact: true })
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Billing' }).click();
    const invoice = await firstOf<{ finalized_at: string }>('/v1/invoices');
    const invoices = page.getByRole('table', { name: 'Invoices' });
    await invoices.getByRole('cell', { name: dateIn(far, invoice.finalized_at), exact: true }).waitFor();
    const payment = await firstOf<{ created_at: string }>('/v1/payments');
    const payments = page.getByRole('table', { name: 'Payments' });
    await payments.getByRole('cell', { name: instantIn(far, payment.created_at), exact: true }).waitFor();
  });

  it('pauses until a day that begins where they are', async () => {
    const { customerId, read } = await subscribed({ timezone: far });
    const page = await journeys.openCustomerPortal(tenant, customerId, screen);
    const nextYear = new Date().getUTCFullYear() + 1;
    await page.getByRole('button', { name: 'Pause' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Until/).fill(`${nextYear}-03-10`);
    await expectUsablePage(page);
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(`Paused until Mar 10, ${nextYear}.`).waitFor();
    // Fourteen hours ahead of UTC, the whole year.
    expect(await read()).toMatchObject({ status: 'paused', resumes_at: `${nextYear}-03-09T10:00:00.000Z` });
  });

  it('saves e-mail address and zone, and the pages count by it', async () => {
    const { customerId, read } = await subscribed({ timezone: 'UTC' });
    const page = await journeys.openCustomerPortal(tenant, customerId, screen);
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByLabel('E-mail').fill('ada@new.example.com');
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Kiritimati');
    await page.getByRole('option', { name: far }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const stored = await tenant.rest.get<Record<string, unknown>>(`/v1/customers/${customerId}`);
    expect(stored).toMatchObject({ email: 'ada@new.example.com', timezone: far });
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText(`$19.99 on ${dateIn(far, (await read()).next_charge?.at ?? '')}`).waitFor();
  });

  it('is read so by whoever works on the subscription', async () => {
    const { customerId, subscriptionId, read } = await subscribed({ timezone: far });
    const page = await journeys.openAdminPortal(tenant, 'admin', screen);
    await page.goto(`${journeys.url}/admin/subscriptions/${subscriptionId}`);
    await page.getByText(`Times in ${far}`).waitFor();
    await page
      .getByText(dateIn(far, (await read()).next_charge?.at ?? ''))
      .first()
      .waitFor();
    const { created_at: since } = await tenant.rest.get<{ created_at: string }>(`/v1/customers/${customerId}`);
    await page.goto(`${journeys.url}/admin/customers/${customerId}`);
    await page.getByText(instantIn(far, since), { exact: true }).first().waitFor();
    expect(await page.getByText(instantIn(farther, since), { exact: true }).count()).toBe(0);
  });
});

describe('a customer', () => {
  it('opens an invoice as a PDF', async () => {
    const { customerId } = await subscribed();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('link', { name: 'Billing' }).click();
    const link = page.getByRole('link', { name: /^Invoice \d+ as PDF$/ });
    const href = await link.getAttribute('href');
    const fetched = await page.evaluate(`fetch(${JSON.stringify(href)}).then(async (answer) =>
      [answer.status, answer.headers.get('content-type'), (await answer.text()).slice(0, 5)])`);
    expect(fetched).toEqual([200, 'application/pdf', '%PDF-']);
  });

  it('sees where they are signed in, and ends what they do not know', async () => {
    const { customerId } = await subscribed();
    const elsewhere = await journeys.openCustomerPortal(tenant, customerId);
    await elsewhere.getByRole('heading', { name: 'Overview' }).waitFor();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('link', { name: 'Account' }).click();
    const sessions = page.getByRole('table', { name: 'Where you are signed in' });
    await sessions.getByRole('row').nth(2).waitFor();
    expect(await sessions.getByText('This one').count()).toBe(1);
    await sessions.getByRole('button', { name: 'End' }).click();
    await expectUsablePage(page);
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
    await sessions.getByRole('button', { name: 'End' }).waitFor({ state: 'detached' });
    await sessions.getByText('This one').waitFor();
    await elsewhere.reload();
    await elsewhere.getByText('Open this page with the link you were given.').waitFor();
  });

  it('goes back to where the business sent them from', async () => {
    const { customerId } = await subscribed();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const back = page.getByRole('link', { name: 'Back to Test' });
    expect(await back.count()).toBe(0);
    const return_url = `${journeys.url}/auth/signed-out`;
    const path = `/v1/customers/${customerId}/portal-session`;
    await page.goto((await tenant.rest.post<{ url: string }>(path, { return_url })).url);
    await back.click();
    await page.waitForURL(return_url);
  });

  it('signs out, and neither then nor by a used link is led to where staff sign in', async () => {
    const { customerId } = await subscribed();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(await page.getByRole('link').count()).toBe(0);
    const { url } = await tenant.rest.post<{ url: string }>(`/v1/customers/${customerId}/portal-session`, {});
    await page.goto(url);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.goto(url);
    await page.getByRole('heading', { name: 'This link is over' }).waitFor();
    expect(await page.getByRole('link').count()).toBe(0);
  });

  it.each([smallPhone, phone])('finds subscription, Change plan and Help on a phone of $width pixels', async (size) => {
    const { customerId } = await subscribed();
    await tenant.makePlan({ name: longName, amount: 2999 });
    const settings = { help_url: 'https://help.example.com', support_url: 'https://support.example.com' };
    expect((await tenant.rest.send('PUT', '/v1/tenant', { settings })).status).toBe(200);
    const page = await journeys.openCustomerPortal(tenant, customerId, size);
    await expectTopBar(page, 'Pro', size.width);
    await page.getByRole('banner').getByRole('link', { name: 'Change plan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change plan' });
    await dialog.getByLabel(new RegExp(`^${longName}`)).click();
    await dialog.getByText('Unused time of Pro').waitFor();
    await dialog.getByRole('button', { name: 'Change plan' }).click();
    await expectTopBar(page, longName, size.width);
  });
});

/** All of it in the window, side by side. */
async function expectTopBar(page: Page, plan: string, width: number): Promise<void> {
  const bar = page.getByRole('banner');
  const link = (name: string) => bar.getByRole('link', { name, exact: true });
  for (const part of [bar.getByText(plan, { exact: true }), link('Change plan'), link('Help'), link('Support')]) {
    await part.waitFor();
    const box = await part.boundingBox();
    expect(box).toMatchObject({ width: expect.toSatisfy((wide: number) => wide >= 20) });
    expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  }
  await expectUsablePage(page);
}

it('a user sees where they are signed in', async () => {
  const page = await journeys.openAdminPortal(tenant, 'viewer');
  await page.getByRole('link', { name: 'Account' }).click();
  const sessions = page.getByRole('table', { name: 'Where you are signed in' });
  await sessions.getByText('This one').waitFor();
  await expectUsablePage(page);
});
