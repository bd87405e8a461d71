import { afterAll, beforeAll, it } from 'vitest';
import { type PortalJourneys, startPortalJourneys } from './support/portal-journeys.ts';

let j: PortalJourneys;
beforeAll(async () => {
  j = (await startPortalJourneys())!;
});
afterAll(() => j?.stop());
it('shots', { timeout: 300_000 }, async () => {
  const tenant = await j.platform.makeTenant();
  const plan = await tenant.makePlan({ name: 'Pro' });
  const id = await tenant.makeCustomer();
  await tenant.rest.post('/v1/subscriptions', { customer_id: id, plan_id: plan });
  const page = await j.openCustomerPortal(tenant, id).catch((e) => {
    console.log(e);
    throw e;
  });
  const log: string[] = [];
  page.on('console', (m) => log.push(m.text()));
  page.on('pageerror', (e) => log.push(String(e.stack)));
  page.on('requestfailed', (r) => log.push(`failed ${r.url()}`));
  page.on('response', (r) => log.push(`${r.status()} ${r.url()}`));
  await page.reload();
  await new Promise((r) => setTimeout(r, 4000));
  console.log(page.url(), log.join('\n'));
  await page.screenshot({ path: '/tmp/seed-shot.png' });
});
