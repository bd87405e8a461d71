import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConnectedTenant, connectTenant } from './support/connected-tenant.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { put } from './support/provider-dialects.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

let platform: TestPlatform;
let proxy: TcpProxy;
beforeAll(async () => {
  platform = await startTestPlatform();
  const { hostname: host, port } = new URL(platform.stripeUrl);
  proxy = await startTcpProxy({ host, port: Number(port) });
});
afterAll(async () => {
  await platform?.stop();
  await proxy?.close();
});

const within = { timeout: 90_000, interval: 200 };

async function subscribe(tenant: ConnectedTenant, count: number): Promise<string[]> {
  const customerId = await tenant.makePayer();
  return Promise.all(Array.from({ length: count }, () => tenant.subscribe(customerId)));
}

const countOf = async (tenant: ConnectedTenant, status: 'sent' | 'unknown' | 'succeeded') =>
  (await platform.owner`select 1 from payment_attempts where tenant_id = ${tenant.tenantId} and status = ${status}`)
    .length;

it('F28: a provider that takes charges and answers nothing keeps nobody waiting at another one', async () => {
  const [slow, quick] = [await connectTenant(platform, 'stripe'), await connectTenant(platform, 'paypal')];
  const [slowIds, quickIds] = [await subscribe(slow, 12), await subscribe(quick, 4)];
  const { credentials } = slow.at.credentials;
  const settings = { base_url: proxy.urlOf(platform.stripeUrl) };
  await put(slow, '/v1/admin/provider-accounts/stripe', { credentials, settings });
  await slow.script('webhook', ...slowIds.map(() => 'never'));

  proxy.stall();
  const renewing = slowIds.map((id) => slow.renew(id));
  const inHand = async () => (await countOf(slow, 'sent')) + (await countOf(slow, 'unknown'));
  await expect.poll(inHand, within).toBe(slowIds.length);
  await Promise.all(quickIds.map((id) => quick.renew(id)));
  await subscribe(quick, 1);
  await expect.poll(() => countOf(quick, 'succeeded'), within).toBe(2 * quickIds.length + 1);
  expect([await countOf(slow, 'succeeded'), await inHand()]).toEqual([slowIds.length, slowIds.length]);

  // All of it was taken, once: what nobody answered is found among what the provider would have told.
  proxy.mend();
  await Promise.all(renewing);
  await slow.rest.post('/v1/admin/webhooks/catch-up', {});
  await expect.poll(() => countOf(slow, 'succeeded'), within).toBe(2 * slowIds.length);
  expect(await slow.charges()).toHaveLength(2 * slowIds.length);
  for (const tenant of [slow, quick]) {
    await tenant.waitForQuiet(60_000);
    expect((await platform.checkInvariants(tenant)).violations).toEqual([]);
  }
});
