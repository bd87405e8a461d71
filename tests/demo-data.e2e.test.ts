import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoBank } from '../stack/demo/demo-bank.ts';
import { createDemoClient } from '../stack/demo/demo-client.ts';
import { makePortalLink } from '../stack/demo/make-portal-link.ts';
import { seedShop } from '../stack/demo/seed-shop.ts';
import { shopCustomers, shopGuest, shopPlans } from '../stack/demo/shop.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';

const seedsWithinMs = 120_000;

let platform: TestPlatform;
let tenant: PlatformTenant;
let words: number[];

beforeAll(async () => {
  platform = await startTestPlatform();
  tenant = await platform.makeTenant();
});
afterAll(() => platform?.stop());

function seed(isBrokenOff: (done: number) => boolean = () => false): Promise<void> {
  words = [];
  const bank = createDemoBank(platform.addresses.sandboxProviderUrl);
  return seedShop({
    ...{ url: platform.apiUrl, apiKey: tenant.apiKey, bank },
    onProgress(done) {
      words.push(done);
      if (isBrokenOff(done)) throw new Error('broken off');
    },
  });
}

async function countEverything(): Promise<Record<string, number>> {
  const { tenantId } = tenant;
  const [counts] = await platform.owner<[Record<string, number>]>`
    select (select count(*) from plans where tenant_id = ${tenantId})::int as plans,
           (select count(*) from customers where tenant_id = ${tenantId})::int as customers,
           (select count(*) from subscriptions where tenant_id = ${tenantId})::int as subscriptions,
           (select count(*) from payment_attempts where tenant_id = ${tenantId})::int as attempts,
           (select count(*) from refunds where tenant_id = ${tenantId})::int as refunds,
           (select count(*) from refund_requests where tenant_id = ${tenantId})::int as requests,
           (select count(*) from disputes where tenant_id = ${tenantId})::int as disputes`;
  return counts;
}

const statuses = async () => {
  const { data } = await tenant.rest.get<{ data: { status: string }[] }>('/v1/subscriptions?limit=100');
  return new Set(data.map(({ status }) => status));
};

/** One story: each goes on with what the first has seeded. */
describe('the demo data', { concurrent: false, shuffle: false }, () => {
  it('goes on where it was broken off, with nothing made twice', { timeout: 2 * seedsWithinMs }, async () => {
    await expect(seed((done) => done === 4)).rejects.toThrow('broken off');
    await seed();
    expect(words.at(-1)).toBe(shopCustomers.length);
    const counts = await countEverything();
    expect(counts).toMatchObject({
      plans: Object.keys(shopPlans).length,
      customers: shopCustomers.length,
      subscriptions: shopCustomers.length,
      ...{ refunds: 1, requests: 1, disputes: 1 },
    });
    await seed();
    expect(await countEverything()).toEqual(counts);
  });

  it('shows subscriptions in seven states, and a payment that was declined and recovered', async () => {
    expect(await statuses()).toEqual(
      new Set(['trialing', 'active', 'past_due', 'paused', 'canceled', 'incomplete', 'scheduled']),
    );
    const attempts = await platform.owner<{ count: number }[]>`
      select count(*)::int from payment_attempts d join payment_attempts s using (tenant_id, payment_id)
      where tenant_id = ${tenant.tenantId} and d.status = 'declined' and s.status = 'succeeded'`;
    expect(attempts[0]?.count).toBeGreaterThan(0);
    const [retry] = await platform.owner`
      select 1 from payments where tenant_id = ${tenant.tenantId} and status = 'failed' and retry_at is not null`;
    expect(retry).toBeDefined();
  });

  it('ends with a link that signs its customer in', async () => {
    const link = await makePortalLink(createDemoClient(platform.apiUrl, tenant.apiKey), shopGuest.email);
    const answer = await fetch(link, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/']);
  });

  it('holds every invariant', async () => {
    await tenant.waitForQuiet(30_000);
    expect((await platform.checkInvariants(tenant)).violations).toEqual([]);
  });
});
