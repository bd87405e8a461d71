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
import { stackEnv } from './support/stack-env.ts';
import { parkSubscription } from './support/troubles.ts';

const patient = { timeout: 20_000 };
/** Until everything due has run, and the page has looked. */
const onTheWay = { timeout: 60_000 };
const dayMs = 86_400_000;

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

async function subscribe(token = 'tok_ok'): Promise<{ id: string; customerId: string }> {
  const plan_id = await tenant.makePlan({ name: 'Pro' });
  const customerId = await tenant.makeCustomer(token);
  const body = { customer_id: customerId, plan_id };
  const { subscription_id: id } = await tenant.rest.post<{ subscription_id: string }>('/v1/subscriptions', body);
  return { id, customerId };
}

/** The first period paid, the renewal declined twice. */
async function failRenewal(): Promise<{ id: string; customerId: string }> {
  const made = await subscribe('tok_decline_after_1');
  await tenant.rest.post(`/v1/subscriptions/${made.id}/test-clock/advance`, { by: 'P1M2D' });
  const attempts = async () => {
    const { data } = await tenant.rest.get<{ data: { attempts_count: number; status: string }[] }>(
      `/v1/payments?subscription_id=${made.id}&status=failed`,
    );
    return data[0]?.attempts_count;
  };
  await expect.poll(attempts, { timeout: 30_000 }).toBe(2);
  return made;
}

const park = (id: string) => parkSubscription(journeys.platform, tenant, id);

const addressOf = (path: string) => `${journeys.platform.apiUrl}/admin/${path}`;

async function open(id: string, role = 'admin'): Promise<Page> {
  const page = await journeys.openAdminPortal(tenant, role);
  await page.goto(addressOf(`subscriptions/${id}`));
  await page.getByRole('heading', { level: 1, name: 'Pro' }).waitFor();
  return page;
}

describe('the list', () => {
  it('keeps a view of its filters under a name, in the address and for whoever made it, wherever they sign in', async () => {
    const { id } = await subscribe();
    await subscribe();
    await park(id);
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await page.goto(addressOf('subscriptions'));
    const table = page.getByRole('table', { name: 'Subscriptions' });
    await expect.poll(() => table.getByRole('link', { name: 'Pro' }).count(), patient).toBe(2);
    await page.getByLabel('Status').selectOption('Stands still');
    await expect.poll(() => table.getByRole('link', { name: 'Pro' }).count(), patient).toBe(1);
    await page.getByRole('combobox', { name: 'Test clock' }).selectOption('On real time');
    await page.getByRole('button', { name: 'Save view' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save view' });
    await dialog.getByLabel('Name').fill('<i>Mine</i>');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('“<i>Mine</i>” is saved.').waitFor();
    const search = new URL(page.url()).searchParams;
    expect([search.get('status'), search.get('clock')]).toEqual(['needs_attention', 'real']);

    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => table.getByRole('link', { name: 'Pro' }).count(), patient).toBe(2);
    await page.goto(addressOf('subscriptions'));
    await page.getByLabel('View').selectOption('<i>Mine</i>');
    await expect.poll(() => table.getByRole('link', { name: 'Pro' }).count(), patient).toBe(1);
    expect(new URL(page.url()).searchParams.get('status')).toBe('needs_attention');
    await page.getByRole('button', { name: 'Drop “<i>Mine</i>”' }).click();
    await page.getByText('“<i>Mine</i>” is dropped.').waitFor();

    const other = await journeys.openAdminPortal(tenant, 'admin');
    await other.goto(addressOf('subscriptions?status=needs_attention'));
    await expect.poll(() => other.getByRole('link', { name: 'Pro' }).count(), patient).toBe(1);
    await expect
      .poll(() => other.getByLabel('View').locator('option').allTextContents(), patient)
      .toEqual(['Not saved']);
  });

  it('is narrowed to the next charges of some days', async () => {
    const { id } = await subscribe();
    const read = await tenant.rest.get<{ next_charge: { at: string } }>(`/v1/subscriptions/${id}`);
    const day = read.next_charge.at.slice(0, 10);
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await page.goto(addressOf(`subscriptions?next_from=${day}&next_to=${day}`));
    await page.getByRole('link', { name: 'Pro' }).waitFor();
    await page.getByLabel('Next charge to').fill('2020-01-01');
    await page.getByText('None fits these filters.').waitFor();
    expect(new URL(page.url()).searchParams.get('next_to')).toBe('2020-01-01');
  });

  it('subscribes the one of several customers with the same e-mail who was chosen, and says who is charged', async () => {
    const plan_id = await tenant.makePlan({ name: 'Pro' });
    const made: string[] = [];
    for (const name of ['Ada Lovelace', 'Ada Byron', null]) {
      const customerId = await tenant.makeCustomer();
      await tenant.rest.send('PUT', `/v1/customers/${customerId}`, { name });
      made.push(customerId);
    }
    const [older = ''] = made;
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await page.goto(addressOf('subscriptions'));
    await page.getByRole('button', { name: 'Subscribe a customer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name or e-mail of the customer').fill('Nobody');
    await dialog.getByRole('button', { name: 'Find' }).click();
    await dialog.getByText('No customer’s name or e-mail begins so.').waitFor();
    await dialog.getByLabel('Name or e-mail of the customer').fill('SOMEONE@');
    await dialog.getByRole('button', { name: 'Find' }).click();
    await expect.poll(() => dialog.getByRole('radio').count(), patient).toBe(3);
    const choose = dialog.getByRole('button', { name: 'Choose' });
    expect(await choose.isDisabled()).toBe(true);
    await expectUsableEverywhere(page);
    await dialog.getByRole('radio', { name: 'Ada Lovelace · someone@example.com' }).check();
    await choose.click();
    await dialog.getByText('Ada Lovelace · someone@example.com').waitFor();
    await dialog.getByText(older).waitFor();
    await dialog.getByLabel('Plan').selectOption({ label: 'Pro · $19.99 per month' });
    await dialog.getByText('$19.99 is charged to Ada Lovelace at once.').waitFor();
    await dialog.getByLabel('Quantity').fill('0');
    const confirm = dialog.getByRole('button', { name: 'Subscribe the customer' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Quantity').fill('3');
    await dialog.getByText('$59.97 is charged to Ada Lovelace at once.').waitFor();
    await expectUsableEverywhere(page);
    await confirm.click();
    await page.getByText('The customer is subscribed.').waitFor();
    await page.getByRole('table', { name: 'Subscriptions' }).getByText('Active').waitFor();
    const { data } = await tenant.rest.get<{ data: object[] }>('/v1/subscriptions');
    expect(data).toMatchObject([{ customer_id: older, plan_id, quantity: 3, status: 'active' }]);
    const { data: paid } = await tenant.rest.get<{ data: object[] }>('/v1/payments');
    expect(paid).toMatchObject([{ customer_id: older, amount: 5_997 }]);
  });

  it('is narrowed to a customer by the beginning of a name, in capitals or not', async () => {
    const [mine, other] = [await subscribe(), await subscribe()];
    for (const { customerId } of [mine, other])
      await tenant.rest.send('PUT', `/v1/customers/${customerId}`, { name: `Ada ${customerId}` });
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await page.goto(addressOf('subscriptions'));
    await expect.poll(() => page.getByRole('link', { name: 'Pro' }).count(), patient).toBe(2);
    await page.getByRole('textbox', { name: 'Search' }).fill('ada');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('radio', { name: `Ada ${mine.customerId} · someone@example.com` }).check();
    await page.getByRole('button', { name: 'Choose' }).click();
    await page.getByRole('button', { name: `Drop the filter Ada ${mine.customerId}` }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Pro' }).count(), patient).toBe(1);
    expect(new URL(page.url()).searchParams.get('customer_id')).toBe(mine.customerId);
  });

  it('offers every plan as a filter, however many there are', async () => {
    const first = await tenant.makePlan({ name: 'The very first' });
    for (let made = 1; made <= 101; made += 1) await tenant.makePlan();
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await page.goto(addressOf('subscriptions'));
    const options = page.getByRole('combobox', { name: 'Plan' }).locator('option');
    await expect.poll(() => options.count(), patient).toBe(103);
    await page.getByRole('combobox', { name: 'Plan' }).selectOption(first);
    await expect.poll(() => new URL(page.url()).searchParams.get('plan_id'), patient).toBe(first);
  });
});

describe('the story of a subscription', () => {
  it('is told run by run: boundary, invoice, each attempt with its answer, the next one, and the events as published', async () => {
    const { id } = await failRenewal();
    const page = await open(id);
    const runs = page.getByRole('region', { name: 'Billing runs' });
    const renewal = runs.getByRole('group').filter({ hasText: 'Renewal 1' }).first();
    const steps = ['Boundary reached', 'Invoice 2', 'Attempt 1 of 5 · Renewal', 'Attempt 2 of 5 · Automatic retry'];
    for (const step of [...steps, 'Next attempt planned']) await renewal.getByText(step).waitFor();
    await renewal
      .getByText(/^Insufficient funds/)
      .first()
      .waitFor();
    await renewal
      .getByRole('button', { name: /^#\d+ payments\.failed$/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"type": "payments.failed"').waitFor();
    await expectUsableEverywhere(page);
    await page.keyboard.press('Escape');
    await runs.getByText('First period', { exact: true }).click();
    await runs.getByText('The first period begins').waitFor();
    await runs.getByRole('link', { name: 'Invoice 1', exact: true }).waitFor();
  });

  it('names the administrator who asked for an attempt, and follows it to the payment', async () => {
    const { id, customerId } = await failRenewal();
    await tenant.rest.post(`/v1/customers/${customerId}/payment-methods`, { provider: 'sandbox', token: 'tok_ok' });
    const page = await open(id);
    await page.getByRole('button', { name: 'Change payment method' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('$19.99 is owed and is charged to it at once.').waitFor();
    await dialog.getByRole('radio').first().check();
    await dialog.getByRole('button', { name: 'Change payment method' }).click();
    await page.getByText('The payment method is changed.').waitFor();
    const runs = page.getByRole('region', { name: 'Billing runs' });
    await runs.getByText('Attempt 3 of 5 · Automatic retry').waitFor();
    await runs.getByText('Olivia Owner').first().waitFor();
    await runs.getByText('Paid', { exact: true }).first().waitFor();
    await page.getByText('Active', { exact: true }).first().waitFor();
    const read = await tenant.rest.get<{ status: string }>(`/v1/subscriptions/${id}`);
    expect(read.status).toBe('active');
  });

  it('shows what the provider told of an attempt, as it was delivered', async () => {
    const customer_id = await tenant.makeCustomer('tok_requires_action');
    const body = { customer_id, plan_id: await tenant.makePlan({ name: 'Pro' }) };
    type Created = { subscription_id: string; payment: { next_action: { url: string } } };
    const { subscription_id: id, payment } = await tenant.rest.post<Created>('/v1/subscriptions', body);
    const page = await open(id);
    await page.getByText('Attempt 1 of 5 · First charge').waitFor();
    const decision = new URLSearchParams({ result: 'succeeded' });
    expect((await fetch(payment.next_action.url, { method: 'POST', body: decision })).ok).toBe(true);
    await page.getByText(/^Notification charge\.updated \(evt_.*processed$/).waitFor();
    await page.getByRole('region', { name: 'Billing runs' }).getByText('Paid', { exact: true }).waitFor();
  });

  it('leads to the workflow, for whoever may repair', async () => {
    const { id } = await subscribe();
    const page = await open(id);
    const section = page.getByRole('region', { name: 'Workflow' });
    await section.getByText(`sub:${tenant.tenantId}:${id}`).waitFor();
    await section.getByText(/^Renew ·/).waitFor();
    const { temporalUiUrl } = stackEnv();
    const link = section.getByRole('link', { name: /opens the Temporal UI$/ });
    const addresses = await link.evaluateAll((links) => links.map((one) => (one as unknown as { href: string }).href));
    const path = `namespaces/redcore/workflows/${encodeURIComponent(`sub:${tenant.tenantId}:${id}`)}`;
    expect(addresses).toEqual(temporalUiUrl ? [`${temporalUiUrl}/${path}`] : []);
    const viewer = await open(id, 'viewer');
    await viewer.getByText('The first period begins').waitFor();
    expect(await viewer.getByRole('region', { name: 'Workflow' }).count()).toBe(0);
  });
});

describe('the next invoices', () => {
  it('are shown beside what a command would make of them, and that is what is billed then', async () => {
    const { id } = await subscribe();
    const page = await open(id);
    const section = page.getByRole('region', { name: 'Next 12 invoices' });
    await expect.poll(() => section.getByRole('row').count(), patient).toBe(13);
    await section.getByLabel('What if …').selectOption('Another quantity');
    await section.getByLabel('Quantity').fill('3');
    await section.getByLabel('When').selectOption('At the end of the period');
    const sum = section.getByRole('status', { name: 'In all' });
    await sum.getByText('Difference +$479.76').waitFor();
    await expectUsablePage(page);
    await section.getByLabel('What if …').selectOption('Cancel');
    await sum.getByText('Difference -$239.88').waitFor();

    await page.getByRole('button', { name: 'Change quantity' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Quantity').fill('3');
    await dialog.getByLabel('When').selectOption('At the end of the period');
    await dialog.getByText(/^Next charge on .*\$59\.97$/).waitFor();
    await dialog.getByRole('button', { name: 'Change quantity' }).click();
    await page.getByText('The quantity changes at the end of the period.').waitFor();
    await tenant.rest.post(`/v1/subscriptions/${id}/test-clock/advance`, { by: 'P1M1D' });
    const renewal = page.getByRole('region', { name: 'Billing runs' }).getByText('Renewal 1');
    await renewal.waitFor();
    const { data } = await tenant.rest.get<{ data: { total: number }[] }>(`/v1/invoices?subscription_id=${id}`);
    expect(data.map(({ total }) => total)).toEqual([5997, 1999]);
  });

  it('are said in the dialog of a command that changes them', async () => {
    const { id } = await subscribe();
    const page = await open(id);
    await page.getByRole('button', { name: 'Pause' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Next invoice: none').waitFor();
    await dialog.getByLabel(/^Until/).fill('2999-01-01');
    await dialog.getByText(/^Next invoice: \$19\.99 on .*2999$/).waitFor();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('The subscription is paused.').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByText(/^Next invoice: \$19\.99 on/).waitFor();
    await dialog.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('The subscription goes on.').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.getByText(/^In all until .*-\$239\.88$/).waitFor();
    const read = await tenant.rest.get<{ status: string }>(`/v1/subscriptions/${id}`);
    expect(read.status).toBe('active');
  });
});

describe('the test clock', () => {
  it('goes on by a period, and to a date, and what is due on the way appears in the story by itself', async () => {
    const { id } = await subscribe();
    const page = await open(id);
    const runs = page.getByRole('region', { name: 'Billing runs' });
    await runs.getByText('First period', { exact: true }).waitFor();
    expect(await runs.getByText('Renewal 1').count()).toBe(0);
    const clock = page.getByRole('region', { name: 'Test clock' });
    const dialog = page.getByRole('dialog', { name: 'Advance' });
    await clock.getByRole('button', { name: 'Advance' }).click();
    await dialog.getByLabel('One period of this subscription (billed per month)').check();
    await expectUsableEverywhere(page);
    await dialog.getByRole('button', { name: 'Advance the clock' }).click();
    await runs.getByText('Renewal 1').waitFor(onTheWay);
    await runs.getByText('Paid', { exact: true }).first().waitFor(onTheWay);
    const { now } = await tenant.rest.get<{ now: string }>('/v1/test-clock');
    const date = new Date(Date.parse(now) + 40 * dayMs).toISOString().slice(0, 10);
    await clock.getByRole('button', { name: 'Advance' }).click();
    await dialog.getByLabel('To a date').check();
    await dialog.getByLabel('Date (UTC)').fill(date);
    await dialog.getByRole('button', { name: 'Advance the clock' }).click();
    await runs.getByText('Renewal 2').waitFor(onTheWay);
    await expect
      .poll(async () => (await tenant.rest.get<{ now: string }>('/v1/test-clock')).now, onTheWay)
      .toBe(`${date}T00:00:00.000Z`);
    const { data } = await tenant.rest.get<{ data: { status: string }[] }>(`/v1/invoices?subscription_id=${id}`);
    expect(data.map(({ status }) => status)).toEqual(['paid', 'paid', 'paid']);
  });
});

describe('a subscription that stands still', () => {
  it('shows step, input and error, and goes on once it is repaired for a reason that is kept', async () => {
    const { id } = await subscribe();
    await park(id);
    const page = await open(id);
    const alert = page.getByRole('alert', { name: 'This subscription stands still' });
    await alert.getByText('Step: takeStep').waitFor();
    await alert.getByText('Error: <b>no such price</b>').waitFor();
    await alert.getByText(`"subscriptionId": "${id}"`).waitFor();
    const pause = page.getByRole('button', { name: /^Pause/ });
    await pause.focus();
    await page.getByRole('tooltip', { name: 'An operator has to look at this subscription first.' }).waitFor();
    await expectUsableEverywhere(page);
    await alert.getByRole('button', { name: 'Repair' }).click();
    const dialog = page.getByRole('dialog', { name: 'Repair' });
    expect(await dialog.getByRole('button', { name: 'Repair' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Reason/).fill('The price is back.');
    await dialog.getByRole('button', { name: 'Repair' }).click();
    await page.getByText('The subscription goes on.').waitFor();
    await alert.waitFor({ state: 'detached' });
    const { owner } = journeys.platform;
    const [audited] = await owner`select actor, details->>'reason' as reason from audit_log
      where tenant_id = ${tenant.tenantId} and action = 'subscription.repaired'`;
    expect(audited).toEqual({ actor: expect.stringMatching(/^usr_/), reason: 'The price is back.' });
  });

  it('is shown, and not repaired, to whoever may not', async () => {
    const { id } = await subscribe();
    await park(id);
    const page = await open(id, 'support');
    await page.getByRole('alert').getByText('Somebody who may repair it has to look.').waitFor();
    const repair = page.getByRole('button', { name: /^Repair/ });
    expect(await repair.getAttribute('aria-disabled')).toBe('true');
  });
});

describe.each([smallPhone, desk])('on $width pixels, $colorScheme,', (screen) => {
  it('list, story, forecast and dialogs can be used', async () => {
    const { id } = await failRenewal();
    await park((await subscribe()).id);
    const page = await journeys.openAdminPortal(tenant, 'owner', screen);
    await page.goto(addressOf('subscriptions?status=past_due&clock=virtual'));
    await page.getByRole('link', { name: 'Pro' }).waitFor();
    await expectColours(page, screen);
    await expectUsablePage(page);
    await page.goto(addressOf(`subscriptions/${id}`));
    await page.getByText('Next attempt planned').waitFor();
    await page.getByLabel('What if …').selectOption('Another quantity');
    await page.getByRole('region', { name: 'Next 12 invoices' }).getByLabel('Quantity').fill('2');
    await page.getByRole('status', { name: 'In all' }).waitFor();
    await page.getByText('First period', { exact: true }).click();
    await expectUsablePage(page);
    for (const action of [
      'Change billing date',
      'Change payment method',
      'Change metadata',
      'Retry payment',
      'Cancel',
    ]) {
      await page.getByRole('button', { name: action, exact: true }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Not now' }).waitFor();
      await expectUsablePage(page);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
  });
});
