import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { newId } from '../db/new-id.ts';
import { asPerson } from '../domain/access/as-person.ts';
import type { Permission } from '../domain/access/permissions.ts';
import { rolePermissions, type userRoles } from '../domain/access/roles.ts';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { expectUsableEverywhere, type PortalJourneys } from './support/portal-journeys.ts';
import { makeDeadLetter, parkSubscription, scriptCharges, sendToReview } from './support/troubles.ts';

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

interface Ids {
  customerId: string;
  planId: string;
  subscriptionId: string;
  paymentId: string;
}

async function makeSubscription(): Promise<Ids> {
  const [planId, customerId] = [await tenant.makePlan(), await tenant.makeCustomer()];
  const created = await tenant.rest.post<{ subscription_id: string; payment: { payment_id: string } }>(
    '/v1/subscriptions',
    { customer_id: customerId, plan_id: planId },
  );
  return { customerId, planId, subscriptionId: created.subscription_id, paymentId: created.payment.payment_id };
}

/** What waits for a person: a parked subscription, a charge of unknown outcome, a notification nobody could handle. */
interface Troubles {
  parkedId: string;
  undecided: { paymentId: string; attemptId: string };
  webhookId: string;
}

async function makeTroubles(): Promise<Troubles> {
  const { platform } = journeys;
  const { subscriptionId: parkedId } = await makeSubscription();
  await parkSubscription(platform, tenant, parkedId);
  await scriptCharges(platform, tenant, ['pending:300000']);
  const undecided = await sendToReview(platform, tenant, (await makeSubscription()).subscriptionId);
  return { parkedId, undecided, webhookId: await makeDeadLetter(platform, tenant, '{}') };
}

/** With the page's own session, as a script of the page would call. */
async function callFrom(page: Page, method: string, path: string, body?: object): Promise<[number, string | null]> {
  const sent = JSON.stringify({ method, path, body });
  const answer = await page.evaluate(`(async () => {
    const { method, path, body } = ${sent};
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return [answer.status, (await answer.json()).code ?? null];
  })()`);
  return answer as [number, string | null];
}

const forbidden = [403, 'forbidden'];
const denied = 'Your role does not allow this.';

type UserRole = (typeof userRoles)[number];

interface Action {
  permission: Permission;
  /** Where the button is, or the way to it, and what it is called there. */
  at: string;
  button?: string;
  link?: string;
  /** Of a body or a query that the contract refuses: what is let in changes nothing. */
  call: [method: string, path: string, body?: object];
}

/** What stands behind each action of the portal: offered, and carried out, by the permission alone. */
const actionsOn = ({ customerId, subscriptionId, paymentId }: Ids): readonly Action[] => [
  { permission: 'plans:write', at: '/plans', button: 'New plan', call: ['POST', '/v1/plans', {}] },
  {
    ...{ permission: 'portal_sessions:write', at: `/customers/${customerId}`, button: 'Portal link' },
    call: ['POST', `/v1/customers/${customerId}/portal-session`, { return_url: 7 }],
  },
  {
    ...{ permission: 'subscriptions:write', at: `/subscriptions/${subscriptionId}`, button: 'Pause' },
    call: ['POST', `/v1/subscriptions/${subscriptionId}/pause`, { nonsense: true }],
  },
  {
    ...{ permission: 'refunds:write', at: `/payments/${paymentId}`, button: 'Refund' },
    call: ['POST', `/v1/payments/${paymentId}/refunds`, { amount: 'everything' }],
  },
  {
    ...{ permission: 'reconciliation:read', at: '/payments', link: 'Reconciliation' },
    call: ['GET', '/v1/admin/reconciliation'],
  },
  {
    ...{ permission: 'reconciliation:read', at: '/reconciliation', button: 'Compare' },
    call: ['GET', '/v1/admin/reconciliation'],
  },
  {
    ...{ permission: 'invoices:write', at: '/invoices', link: 'New invoice' },
    call: ['POST', '/v1/admin/invoices', {}],
  },
  {
    ...{ permission: 'invoices:write', at: `/invoices/new?customer_id=${customerId}`, button: 'Save as draft' },
    call: ['POST', '/v1/admin/invoices', {}],
  },
];

/** The same of what a person does where something is stuck. */
function actionsOnTroubles({ parkedId, undecided, webhookId }: Troubles): readonly Action[] {
  const attempt = `/v1/admin/payments/${undecided.paymentId}/attempts/${undecided.attemptId}`;
  const webhook = `/v1/admin/webhooks/${webhookId}`;
  return [
    {
      ...{ permission: 'operations:repair', at: '/unknown-outcomes', button: 'Look up now' },
      call: ['POST', `${attempt}/look-up`, { nonsense: true }],
    },
    {
      ...{ permission: 'operations:repair', at: `/payments/${undecided.paymentId}`, button: 'Decide' },
      call: ['POST', `${attempt}/resolve`, {}],
    },
    {
      ...{ permission: 'operations:repair', at: `/subscriptions/${parkedId}`, button: 'Repair' },
      call: ['POST', `/v1/admin/subscriptions/${parkedId}/repair`, {}],
    },
    {
      ...{ permission: 'webhooks:write', at: `/webhooks/${webhookId}`, button: 'Handle again' },
      call: ['POST', `${webhook}/replay`, { nonsense: true }],
    },
    {
      ...{ permission: 'webhooks:write', at: `/webhooks/${webhookId}`, button: 'Give up' },
      call: ['POST', `${webhook}/discard`, {}],
    },
  ];
}

/** Whether that page of the portal lets this role do it, waited for where it must. */
async function isOffered(page: Page, { at, button, link }: Action, mayDo: boolean): Promise<boolean> {
  await page.goto(`${journeys.platform.apiUrl}/admin${at}`);
  // A page that may not even be read is its refusal.
  await page.getByRole('heading', { level: 1 }).or(page.getByRole('main').getByText(denied)).first().waitFor();
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
  const main = page.getByRole('main');
  const way =
    link === undefined
      ? main.getByRole('button', { name: button, exact: true })
      : main.getByRole('link', { name: link });
  if (mayDo) await way.first().waitFor();
  return (await way.count()) > 0 && (await way.first().getAttribute('aria-disabled')) !== 'true';
}

describe.each([
  { role: 'owner', decides: true },
  { role: 'admin', decides: true },
  { role: 'finance', decides: true },
  { role: 'support', decides: false },
  { role: 'viewer', decides: false },
] as const)('a user of the role $role', ({ role, decides }: { role: UserRole; decides: boolean }) => {
  const may = asPerson(rolePermissions[role]);

  it('is offered what the role may do, and refused the rest by the interface and at its address', async () => {
    const ids = await makeSubscription();
    await tenant.rest.post(`/v1/payments/${ids.paymentId}/refund-requests`, { amount: 1, reason: 'Too dear' });
    const page = await journeys.openAdminPortal(tenant, role);
    await page.goto(`${journeys.platform.apiUrl}/admin/payments`);
    const tabs = page.getByRole('navigation', { name: 'Payments' });
    await tabs.getByRole('link', { name: 'Disputes' }).waitFor();
    expect(await tabs.getByRole('link', { name: 'Refund requests' }).count()).toBe(decides ? 1 : 0);
    for (const action of [...actionsOn(ids), ...actionsOnTroubles(await makeTroubles())]) {
      const { permission, call } = action;
      const mayDo = may.has(permission);
      expect([call, await isOffered(page, action, mayDo)]).toEqual([call, mayDo]);
      expect([call, await callFrom(page, ...call)]).toEqual([call, mayDo ? [400, 'invalid_request'] : forbidden]);
    }
    // What the navigation does not offer has an address all the same.
    await page.goto(`${journeys.platform.apiUrl}/admin/refund-requests`);
    await page.getByText(decides ? 'Too dear' : denied).waitFor();
    const answer = await callFrom(page, 'GET', '/v1/admin/refund-requests');
    expect(answer).toEqual(decides ? [200, null] : forbidden);
    // Nobody of a business is an operator.
    expect(await callFrom(page, 'GET', '/v1/tenants')).toEqual(forbidden);
    const other = await journeys.platform.makeTenant();
    const entered = await callFrom(page, 'POST', '/v1/session/enter', { tenant_id: other.tenantId, reason: 'curious' });
    expect(entered).toEqual(forbidden);
  });
});

describe('a customer', () => {
  it('is shown the way in to administrators, and refused all that is theirs or another’s', async () => {
    const [mine, others] = [await makeSubscription(), await makeSubscription()];
    const page = await journeys.openCustomerPortal(tenant, mine.customerId);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const [method, path] of [
      ['GET', '/v1/admin/payments'],
      ['GET', '/v1/customers'],
      ['GET', '/v1/tenant'],
      ['POST', '/v1/test-clock/advance'],
      ['POST', `/v1/payments/${mine.paymentId}/refunds`],
    ] as const) {
      expect([path, ...(await callFrom(page, method, path, method === 'POST' ? {} : undefined))]).toEqual([
        path,
        ...forbidden,
      ]);
    }
    for (const path of [`/v1/customers/${others.customerId}`, `/v1/subscriptions/${others.subscriptionId}`])
      expect(await callFrom(page, 'GET', path)).toEqual([404, 'not_found']);
    await page.goto(`${journeys.platform.apiUrl}/portal/?subscription=${others.subscriptionId}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(page.url()).toContain(others.subscriptionId);
    expect(await page.getByText(others.subscriptionId).count()).toBe(0);
    await page.goto(`${journeys.platform.apiUrl}/admin/customers/${others.customerId}`);
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it('finds nothing of another’s under the address of a payment’s result', async () => {
    const [mine, others] = [await makeSubscription(), await makeSubscription()];
    const page = await journeys.openCustomerPortal(tenant, mine.customerId);
    await page.goto(`${journeys.platform.apiUrl}/portal/payment-result?subscription=${others.subscriptionId}`);
    await page.getByText('There is nothing by that name here.').waitFor();
    expect(await page.getByRole('main').getByText(/€|\$/).count()).toBe(0);
  });
});

describe('an operator', () => {
  it('is outside every business until a reason is given, and out again after leaving', async () => {
    const { customerId } = await makeSubscription();
    const page = await journeys.openOperatorPortal();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    const path = `/v1/customers/${customerId}`;
    expect((await callFrom(page, 'GET', path))[0]).toBe(403);
    await page.goto(`${journeys.platform.apiUrl}/admin/customers/${customerId}`);
    await page.getByLabel('Why?').fill('Asked to by its owner');
    await page.getByLabel('Business').selectOption(tenant.tenantId);
    await page.getByRole('button', { name: 'Go in' }).click();
    await page.getByRole('heading', { name: 'someone@example.com' }).waitFor();
    const entered = await journeys.platform.owner<{ details: { reason: string } }[]>`
      select details from audit_log where tenant_id = ${tenant.tenantId} and action = 'operator.entered'`;
    expect(entered.map(({ details }) => details.reason)).toEqual(['Asked to by its owner']);
    await page.getByRole('button', { name: /^Leave/ }).click();
    await page.getByLabel('Why?').waitFor();
    expect((await callFrom(page, 'GET', path))[0]).toBe(403);
  });

  it('finds a business by its name, which is not among the newest, and none by chance', async () => {
    const { owner } = journeys.platform;
    const mark = newId('tenant');
    const name = `Lighthouse ${mark}`;
    await owner`update tenants set name = ${name} where tenant_id = ${tenant.tenantId}`;
    await owner`insert into tenants (tenant_id, name, mode)
      select ${mark} || i, 'Newer', 'live' from generate_series(1, 101) i`;
    const page = await journeys.openOperatorPortal();
    const business = page.getByLabel('Business');
    await expect.poll(() => business.locator('option').count(), { timeout: 20_000 }).toBe(101);
    await page.getByText('There are more: write more of the name.').waitFor();
    await expectUsableEverywhere(page);
    await page.getByLabel('Why?').fill('Asked to by its owner');
    expect(await page.getByRole('button', { name: 'Go in' }).isDisabled()).toBe(true);
    await page.getByLabel('Find by name').fill(mark);
    await business.selectOption({ label: `${name} · Sandbox` });
    await page.getByRole('button', { name: 'Go in' }).click();
    await page.getByRole('button', { name: /^Leave/ }).waitFor();
    const entered = await owner`select 1 from audit_log
      where tenant_id = ${tenant.tenantId} and action = 'operator.entered'`;
    expect(entered).toHaveLength(1);
  });
});

describe('markup in names', () => {
  const attack = '"><img src=x onerror="window.hit=1"><script>window.hit=1</script>{{t}}${hit}';

  /** Text on the page, and nothing run by it. */
  async function expectText(page: Page, atLeast = 1): Promise<void> {
    const shown = page.getByText(attack).filter({ visible: true });
    await shown.first().waitFor();
    expect(await shown.count()).toBeGreaterThanOrEqual(atLeast);
    expect(await page.evaluate('window.hit ?? null')).toBeNull();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  }

  function watch(page: Page): string[] {
    const seen: string[] = [];
    page.on('dialog', (dialog) => {
      seen.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => seen.push(error.message));
    return seen;
  }

  async function makeAttacked() {
    const { customer_id: customerId } = await tenant.rest.post<{ customer_id: string }>('/v1/customers', {
      ...{ email: 'bobby@example.com', name: attack, metadata: { note: attack } },
    });
    await tenant.rest.post(`/v1/customers/${customerId}/payment-methods`, { provider: 'sandbox', token: 'tok_ok' });
    const { plan_id: planId } = await tenant.rest.post<{ plan_id: string }>('/v1/plans', {
      ...{ name: attack, description: attack, amount: 900, currency: 'EUR', interval: 'month' },
    });
    const made = await tenant.rest.post<{ subscription_id: string; payment: { payment_id: string } }>(
      '/v1/subscriptions',
      { customer_id: customerId, plan_id: planId, metadata: { note: attack } },
    );
    const { subscription_id: subscriptionId, payment } = made;
    await tenant.rest.post(`/v1/payments/${payment.payment_id}/refund-requests`, { amount: 1, reason: attack });
    const canceled = await tenant.rest.send('DELETE', `/v1/subscriptions/${subscriptionId}`, {
      ...{ reason: attack, at: 'period_end' },
    });
    expect(canceled.status).toBe(200);
    return { customerId, subscriptionId, paymentId: payment.payment_id };
  }

  it('is text to administrators on every page that shows it', async () => {
    const { customerId, subscriptionId } = await makeAttacked();
    const page = await journeys.openAdminPortal(tenant, 'admin');
    const seen = watch(page);
    const shows = ['plans', 'customers', `customers/${customerId}`, 'subscriptions', `subscriptions/${subscriptionId}`];
    for (const path of [...shows, 'refund-requests']) {
      await page.goto(`${journeys.platform.apiUrl}/admin/${path}`);
      await expectText(page);
    }
    expect(seen).toEqual([]);
  });

  it('is text to the customer, in dialogs and in the portal’s own words too', async () => {
    const { customerId } = await makeAttacked();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    const seen = watch(page);
    await expectText(page, 2);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('dialog').getByText(attack).first().waitFor();
    await page.keyboard.press('Escape');
    await page.goto(`${journeys.platform.apiUrl}/portal/subscribe`);
    await expectText(page);
    await page.goto(`${journeys.platform.apiUrl}/portal/account`);
    await page.getByLabel('Name').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe(attack);
    expect(await page.evaluate('window.hit ?? null')).toBeNull();
    expect(seen).toEqual([]);
  });

  it('opens nothing by way of the address', async () => {
    const { customerId } = await makeSubscription();
    const page = await journeys.openCustomerPortal(tenant, customerId);
    const seen = watch(page);
    const hostile = encodeURIComponent(attack);
    for (const path of [`?subscription=${hostile}`, `subscribe?plan=${hostile}`, `${hostile}`]) {
      await page.goto(`${journeys.platform.apiUrl}/portal/${path}`);
      await page.getByRole('main').waitFor();
      expect(await page.evaluate('window.hit ?? null')).toBeNull();
    }
    expect(seen).toEqual([]);
  });
});
