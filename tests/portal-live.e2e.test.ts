import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { streamLimits } from '../api/live/stream-places.ts';
import { type LiveClient, openLiveClient } from './support/live-client.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { desk, expectUsablePage, type PortalJourneys, phone, startPortalJourneys } from './support/portal-journeys.ts';
import { seedLongList } from './support/seed-list.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';
import { scriptCharges } from './support/troubles.ts';

/** Far less than the pages would wait before they looked by themselves. */
const soon = { timeout: 12_000 };
const within = { timeout: 20_000, interval: 100 };

let started: PortalJourneys | null;
/** Between the browser and the platform, which knows no other address of its own. */
let line: TcpProxy;
let journeys: PortalJourneys;
let tenant: PlatformTenant;

beforeAll(async () => {
  const target = { host: '127.0.0.1', port: 0 };
  line = await startTcpProxy(target);
  started = await startPortalJourneys(new URL(line.urlOf('http://127.0.0.1')).origin);
  if (started === null) return;
  journeys = started;
  target.port = Number(new URL(journeys.platform.apiUrl).port);
});
beforeEach(async ({ skip }) => {
  if (started === null) skip();
  tenant = await journeys.platform.makeTenant();
});
afterAll(async () => {
  await started?.stop();
  await line.close();
});

async function subscribe(body: object = {}): Promise<{ subscriptionId: string; customerId: string }> {
  const plan_id = await tenant.makePlan({ name: 'Pro' });
  const customer_id = await tenant.makeCustomer();
  const made = await tenant.rest.post<{ subscription_id: string }>('/v1/subscriptions', {
    customer_id,
    plan_id,
    ...body,
  });
  return { subscriptionId: made.subscription_id, customerId: customer_id };
}

/** The page follows changes: what it shows from then on it was told. */
async function openAt(page: Page, path: string): Promise<void> {
  // The page that is left follows too: its answer is not to be taken for that of the next one.
  await page.goto('about:blank');
  const following = page.waitForResponse((response) => response.url().endsWith('/v1/live') && response.ok());
  await page.goto(`${journeys.url}${path}`);
  await following;
}

const banner = (page: Page) => page.getByRole('status').getByText('the platform cannot be reached');

describe('what changes elsewhere', () => {
  it('appears on an administrator’s pages without touching them', async () => {
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await openAt(page, '/admin/subscriptions');
    await page
      .getByText(/no subscription/i)
      .first()
      .waitFor();
    const { subscriptionId, customerId } = await subscribe();
    const row = page.getByRole('row').filter({ hasText: 'Pro' });
    await row.getByText('Active').waitFor(soon);
    await tenant.rest.post(`/v1/subscriptions/${subscriptionId}/pause`, {});
    await row.getByText('Paused').waitFor(soon);
    await tenant.rest.send('PUT', `/v1/customers/${customerId}`, { name: 'Grace Hopper' });
    await row.getByText('Grace Hopper').waitFor(soon);
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('appears in a customer’s portal, whoever did it', async () => {
    const { subscriptionId, customerId } = await subscribe();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    await openAt(page, '/portal/');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await tenant.rest.post(`/v1/subscriptions/${subscriptionId}/pause`, {});
    await page.getByRole('button', { name: 'Resume' }).waitFor(soon);
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  });
});

describe('two administrators at once', () => {
  it('pause a subscription once: the second is told why not, and sees how it stands', async () => {
    const { subscriptionId } = await subscribe();
    const pages = [await journeys.openAdminPortal(tenant, 'admin'), await journeys.openAdminPortal(tenant, 'owner')];
    const [first, second] = pages as [Page, Page];
    for (const page of pages) {
      await openAt(page, `/admin/subscriptions/${subscriptionId}`);
      await page.getByRole('button', { name: /^Pause/ }).click();
      await page.getByRole('dialog').waitFor();
    }
    await Promise.all(
      pages.map((page) =>
        page
          .getByRole('dialog')
          .getByRole('button', { name: /^Pause/ })
          .click(),
      ),
    );
    const refusal = 'That did not work';
    await vi.waitFor(async () => {
      const told = await Promise.all(pages.map((page) => page.getByRole('dialog').getByText(refusal).count()));
      const open = await Promise.all(pages.map((page) => page.getByRole('dialog').count()));
      expect([told.toSorted(), open.toSorted()]).toEqual([
        [0, 1],
        [0, 1],
      ]);
    }, within);
    const loser = (await first.getByRole('dialog').count()) > 0 ? first : second;
    await loser.getByRole('dialog').getByRole('button', { name: 'Not now' }).click();
    for (const page of pages) await page.getByText('Paused').first().waitFor(soon);
    const { data } = await tenant.rest.get<{ data: { action: string }[] }>(
      `/v1/subscriptions/${subscriptionId}/timeline`,
    );
    expect(data.filter(({ action }) => action === 'paused')).toHaveLength(1);
  });

  it('retry a payment once: both are told of the same task, and both see how it ended', async () => {
    const plan_id = await tenant.makePlan();
    const customer_id = await tenant.makeCustomer('tok_insufficient_funds');
    const made = await tenant.rest.post<{ payment: { payment_id: string } }>('/v1/subscriptions', {
      ...{ customer_id, plan_id, payment_behavior: 'allow_incomplete' },
    });
    const id = made.payment.payment_id;
    const pages = [await journeys.openAdminPortal(tenant, 'admin'), await journeys.openAdminPortal(tenant, 'finance')];
    for (const page of pages) {
      await openAt(page, `/admin/payments/${id}`);
      await page.getByRole('button', { name: 'Run retry' }).click();
      await page.getByRole('dialog').waitFor();
    }
    // Under way for as long as both need to click.
    await scriptCharges(journeys.platform, tenant, ['slow:2500']);
    await Promise.all(pages.map((page) => page.getByRole('dialog').getByRole('button', { name: 'Run retry' }).click()));
    const tasks = await Promise.all(
      pages.map(
        async (page) => (await page.getByText(/^Retry requested \(task_/).textContent())?.match(/task_\w+/)?.[0],
      ),
    );
    expect(tasks[0]).toBe(tasks[1]);
    for (const page of pages) await page.getByRole('cell', { name: 'By hand' }).waitFor();
    const { attempts } = await tenant.rest.get<{ attempts: object[] }>(`/v1/payments/${id}`);
    expect(attempts).toHaveLength(2);
  });
});

describe('a lost connection', () => {
  it('is said, and what happened meanwhile is there as soon as it is back', async () => {
    const { subscriptionId } = await subscribe();
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await openAt(page, `/admin/subscriptions/${subscriptionId}`);
    await page.getByText('Active').first().waitFor();
    line.cut();
    await banner(page).waitFor();
    await expectUsablePage(page);
    await tenant.rest.post(`/v1/subscriptions/${subscriptionId}/pause`, {});
    line.mend();
    await banner(page).waitFor({ state: 'detached' });
    await page.getByText('Paused').first().waitFor(soon);
  });

  it('keeps a dialog whose answer was lost, and trying again does nothing twice', async () => {
    await tenant.makePlan({ name: 'Pro' });
    const customerId = await tenant.makeCustomer('tok_slow');
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await openAt(page, `/admin/customers/${customerId}`);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Plan').selectOption({ index: 1 });
    await dialog.getByRole('button', { name: 'Subscribe' }).click();
    const { owner } = journeys.platform;
    const made = () => owner`select id from subscriptions where tenant_id = ${tenant.tenantId}`;
    await vi.waitFor(async () => expect(await made()).toHaveLength(1), { timeout: 20_000, interval: 20 });
    line.cut();
    await dialog.getByText('It may have arrived all the same. Trying again does nothing twice.').waitFor();
    await banner(page).waitFor();
    line.mend();
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'Pro' }).getByText('Active').waitFor(soon);
    expect(await made()).toHaveLength(1);
    expect((await tenant.rest.get<{ data: object[] }>('/v1/payments')).data).toHaveLength(1);
    await banner(page).waitFor({ state: 'detached' });
  });

  it('is bridged when the process that told goes and another comes', async () => {
    const { subscriptionId } = await subscribe();
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await openAt(page, `/admin/subscriptions/${subscriptionId}`);
    const api = journeys.platform.role('api');
    await journeys.platform.kill(api);
    await banner(page).waitFor();
    await api.restart();
    await banner(page).waitFor({ state: 'detached' });
    await tenant.rest.post(`/v1/subscriptions/${subscriptionId}/pause`, {});
    await page.getByText('Paused').first().waitFor(soon);
    expect(await banner(page).count()).toBe(0);
  });
});

describe('where no place is free to be told of changes', () => {
  it('a page looks by itself as often as it says, and speaks of no lost connection', async () => {
    const page = await journeys.openAdminPortal(tenant, 'admin');
    await page.goto('about:blank');
    const taken = await takeAllStreams(page);
    try {
      const refused = page.waitForResponse((response) => response.url().endsWith('/v1/live') && !response.ok());
      await page.goto(`${journeys.url}/admin/subscriptions`);
      expect((await refused).status()).toBe(429);
      await page
        .getByText(/no subscription/i)
        .first()
        .waitFor();
      await subscribe();
      // Told of changes it would look once a minute.
      await page.getByRole('row').filter({ hasText: 'Pro' }).getByText('Active').waitFor({ timeout: 45_000 });
      expect(await banner(page).count()).toBe(0);
    } finally {
      for (const stream of taken) stream.close();
    }
  });
});

/** Every stream that the session of this page may have: those of a page that was left are given back a moment later. */
async function takeAllStreams(page: Page): Promise<LiveClient[]> {
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const taken: LiveClient[] = [];
  await vi.waitFor(async () => {
    for (;;) {
      const stream = await openLiveClient(journeys.platform.apiUrl, { cookie });
      if (stream.status !== 200) break;
      taken.push(stream);
    }
    expect(taken).toHaveLength(streamLimits.perCaller);
  }, within);
  return taken;
}

describe('a long list', () => {
  it.each([
    { ...phone, count: 1_000 },
    { ...desk, count: 10_000 },
  ])(
    'of $count rows is scrolled to its end on $width pixels, and no more are on the page than fit it',
    async (given) => {
      const { count, ...screen } = given;
      const ids = await seedLongList(journeys.platform.owner, tenant, count);
      const page = await journeys.openAdminPortal(tenant, 'viewer', screen);
      await openAt(page, '/admin/subscriptions');
      const table = page.getByRole('table', { name: 'Subscriptions' });
      await table.getByRole('link', { name: 'Long list' }).first().waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('-1');
      await expectUsablePage(page);
      const rowsMost = await scrollToEnd(page);
      expect(rowsMost).toBeLessThan(80);
      expect(await table.getAttribute('aria-rowcount')).toBe(String(count + 1));
      const last = table.locator(`tr[aria-rowindex="${count + 1}"]`);
      await last.waitFor();
      expect(await last.getByRole('link', { name: 'Long list' }).getAttribute('href')).toContain(ids.at(-1));
      await page.getByRole('status').getByText(`${count} entries`).waitFor();
      await expectUsablePage(page);
    },
    300_000,
  );

  it('is walked by keyboard from row to row beyond what was on the page', async () => {
    await seedLongList(journeys.platform.owner, tenant, 300);
    const page = await journeys.openAdminPortal(tenant, 'viewer');
    await openAt(page, '/admin/subscriptions');
    const table = page.getByRole('table', { name: 'Subscriptions' });
    const links = table.getByRole('link', { name: 'Long list' });
    await links.first().focus();
    const focusedRow = () => page.evaluate("Number(document.activeElement?.closest('tr')?.ariaRowIndex ?? 0)");
    for (let row = 2; row < 82; row += 1) {
      // What follows is there before anybody goes on.
      const next = table.locator(`tr[aria-rowindex="${row + 1}"]`);
      await next.getByRole('link', { name: 'Long list' }).waitFor({ state: 'attached' });
      // Two links in a row: the customer and the subscription.
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
    }
    expect(await focusedRow()).toBe(82);
    await page.evaluate('window.scrollTo(0, 0)');
    await expect.poll(focusedRow).toBe(82);
  }, 300_000);
});

/** As quickly as the list comes; the most rows that were on the page at once. */
async function scrollToEnd(page: Page): Promise<number> {
  let rowsMost = 0;
  await vi.waitFor(
    async () => {
      const seen = (await page.evaluate(`(() => {
        window.scrollTo(0, document.documentElement.scrollHeight);
        const table = document.querySelector('table[aria-rowcount]');
        const all = table.getAttribute('aria-rowcount');
        const last = table.querySelector('tr[aria-rowindex="' + all + '"]');
        return { rows: table.querySelectorAll('tbody tr').length, hasLast: last !== null };
      })()`)) as { rows: number; hasLast: boolean };
      rowsMost = Math.max(rowsMost, seen.rows);
      expect(seen.hasLast).toBe(true);
    },
    { timeout: 240_000, interval: 100 },
  );
  return rowsMost;
}
