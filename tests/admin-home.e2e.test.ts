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
import { makeDeadLetter, scriptCharges, sendRefundToReview } from './support/troubles.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

/** Two subscriptions in dollars, whose first renewal is today: one is paid, one declined; and a yearly one in euros. */
async function renewToday(): Promise<void> {
  const [monthly, yearly] = [
    await tenant.makePlan({ amount: 1_999 }),
    await tenant.makePlan({ amount: 12_000, currency: 'EUR', interval: 'year' }),
  ];
  const wanted = [
    ['tok_ok', monthly],
    ['tok_decline_after_1', monthly],
    ['tok_ok', yearly],
  ] as const;
  for (const [token, plan_id] of wanted) {
    const customer_id = await tenant.makeCustomer(token);
    await tenant.rest.post('/v1/subscriptions', { customer_id, plan_id });
  }
  await tenant.rest.post('/v1/test-clock/advance', { by: 'P1M' });
  await tenant.waitForQuiet(30_000);
}

const deadLetter = (body: string) => makeDeadLetter(journeys.platform, tenant, body);

/** What stands under a name among the figures. */
const figure = (page: Page, name: string) =>
  page.getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd[1]');

describe('an administrator at home', () => {
  it('is told what to do first while nobody has subscribed', async () => {
    const page = await journeys.openAdminPortal(tenant, 'owner');
    await page.getByRole('heading', { name: /^Welcome/ }).waitFor();
    await expectUsableEverywhere(page);
    await page.getByRole('link', { name: 'Create a plan' }).click();
    await page.getByRole('button', { name: 'New plan' }).waitFor();
    await tenant.makePlan();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('A plan to subscribe to: done').waitFor();
    expect(await page.getByRole('link', { name: 'Create a plan' }).count()).toBe(0);
  });

  it('sees what waits and is led there, how renewals go today, and the figures in each currency', async () => {
    await renewToday();
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await page.getByText('2 subscriptions renew on').waitFor();
    for (const part of ['Due: 0', 'Done: 1', 'Failed: 1', 'Held: 0']) await page.getByText(part).waitFor();
    await figure(page, 'Monthly recurring revenue').getByText('$39.98').waitFor();
    await figure(page, 'Active subscriptions').getByText('2', { exact: true }).waitFor();
    await figure(page, 'Recovery of failed payments').getByText('0%').waitFor();
    // The first charges may be longer ago than 30 days, by the length of the month.
    await page.getByText('90 days').click();
    const collected = page.getByRole('figure', { name: 'Collected' });
    await collected.getByText(/\$59\.97/).waitFor();
    await collected.getByRole('button', { name: 'As a table' }).click();
    await collected.getByRole('cell', { name: '$39.98' }).waitFor();
    await page.getByLabel('Currency').selectOption('EUR');
    await figure(page, 'Monthly recurring revenue').getByText('€10.00').waitFor();
    await collected.getByRole('cell', { name: '€120.00' }).waitFor();
    const card = page.getByRole('article', { name: 'Failed payments' });
    await card.getByText('1', { exact: true }).waitFor();
    await card.getByRole('link', { name: 'Failed payments' }).click();
    await page.getByRole('cell', { name: 'Insufficient funds' }).waitFor();
    expect(await page.getByLabel('Show').inputValue()).toBe('owed');
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('is led to a refund that nobody knows the end of, and gives it up', async () => {
    const customer_id = await tenant.makeCustomer();
    await tenant.rest.post('/v1/subscriptions', { customer_id, plan_id: await tenant.makePlan({ amount: 1_999 }) });
    const { data } = await tenant.rest.get<{ data: { payment_id: string }[] }>('/v1/payments');
    const paymentId = data[0]?.payment_id ?? '';
    await scriptCharges(journeys.platform, tenant, ['pending:200000'], 'refund');
    await tenant.rest.post(`/v1/payments/${paymentId}/refunds`, { amount: 500 });
    await expect.poll(() => sendRefundToReview(journeys.platform, tenant), { timeout: 30_000 }).toBe(true);
    const page = await journeys.openAdminPortal(tenant, 'owner');
    const card = page.getByRole('article', { name: 'Refunds to repair' });
    await card.getByText('1', { exact: true }).waitFor();
    await card.getByRole('link', { name: 'Refunds to repair' }).click();
    await page.getByRole('cell', { name: '$5.00' }).waitFor();
    expect(await page.getByLabel('Status').inputValue()).toBe('needs_repair');
    await page.getByRole('button', { name: 'Repair' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Give it up', { exact: true }).click();
    await dialog.getByLabel('Reason').fill('not at the provider');
    await dialog.getByRole('button', { name: 'Repair' }).click();
    await page.getByText('None fits these filters.').waitFor();
    const payment = await tenant.rest.get<{ amount_refunded: number }>(`/v1/payments/${paymentId}`);
    expect(payment.amount_refunded).toBe(0);
  });

  it('inspects a dead letter, gives it up with a reason, and has another one handled', async () => {
    await tenant.makePlan();
    const customer_id = await tenant.makeCustomer();
    const plan_id = await tenant.makePlan();
    await tenant.rest.post('/v1/subscriptions', { customer_id, plan_id });
    const given = await deadLetter('{"note":"<img src=x onerror=alert(1)>"}');
    const handled = await deadLetter('no JSON at all');
    const page = await journeys.openAdminPortal(tenant, 'admin');
    const card = page.getByRole('article', { name: 'Dead letters' });
    await card.getByText('2', { exact: true }).waitFor();
    await card.getByRole('link', { name: 'Dead letters' }).click();
    await page.locator(`a[href$="/webhooks/${given}"]`).click();
    await page.getByText('no such charge', { exact: true }).waitFor();
    await page.getByText('"note": "<img src=x onerror=alert(1)>"').waitFor();
    await page.getByRole('button', { name: 'Give up' }).click();
    const dialog = page.getByRole('dialog', { name: 'Give this notification up' });
    expect(await dialog.getByRole('button', { name: 'Give up' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('a test of the provider');
    await dialog.getByRole('button', { name: 'Give up' }).click();
    await page.getByText('Given up', { exact: true }).waitFor();
    await page.goto(`${journeys.platform.apiUrl}/admin/webhooks/${handled}`);
    await page.getByText('no JSON at all').waitFor();
    await page.getByRole('button', { name: 'Handle again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Handle again' }).click();
    await page.getByText('It is on its way again.').waitFor();
    await page.getByText('Ignored', { exact: true }).waitFor();
    const { data } = await tenant.rest.get<{ data: unknown[] }>('/v1/admin/webhooks?status=dead');
    expect(data).toEqual([]);
  });

  it.each([smallPhone, desk])(
    'can use home and the notifications on $width pixels, $colorScheme, within the page’s policy',
    async (screen) => {
      await renewToday();
      const id = await deadLetter(JSON.stringify({ long: 'x'.repeat(2_000) }));
      const page = await journeys.openAdminPortal(tenant, 'owner', screen);
      const errors: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(`${journeys.platform.apiUrl}/admin/`);
      await page.getByRole('figure', { name: 'Subscriptions begun and ended' }).locator('svg').first().waitFor();
      await expectColours(page, screen);
      await expectUsablePage(page);
      for (const button of await page.getByRole('button', { name: 'As a table' }).all()) await button.click();
      await expectUsablePage(page);
      for (const path of ['webhooks', `webhooks/${id}`]) {
        await page.goto(`${journeys.platform.apiUrl}/admin/${path}`);
        await page.getByText('no such charge').waitFor();
        await expectUsablePage(page);
      }
      expect(errors).toEqual([]);
    },
  );
});

describe('a viewer at home', () => {
  it('sees the figures, and no card of a page it may not open', async () => {
    await renewToday();
    const id = await deadLetter('{}');
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await page.getByRole('article', { name: 'Failed payments' }).waitFor();
    await figure(page, 'Monthly recurring revenue').getByText('$39.98').waitFor();
    await page.getByRole('link', { name: 'Open disputes' }).waitFor();
    for (const name of ['Dead letters', 'Open refund requests', 'Webhooks']) {
      expect(await page.getByRole('link', { name }).count()).toBe(0);
    }
    const refused = await page.evaluate(
      `fetch('/v1/admin/webhooks/${id}/discard', { method: 'POST', body: '{"reason":"none"}', headers: { 'content-type': 'application/json' } })
        .then((answer) => answer.status)`,
    );
    expect(refused).toBe(403);
  });
});
