import { afterAll, beforeAll, it } from 'vitest';
import { createDemoBank } from '../stack/demo/demo-bank.ts';
import { seedShop } from '../stack/demo/seed-shop.ts';
import { type PortalJourneys, startPortalJourneys } from './support/portal-journeys.ts';

let j: PortalJourneys;
beforeAll(async () => {
  j = (await startPortalJourneys())!;
});
afterAll(() => j?.stop());
it('shots', { timeout: 580_000 }, async () => {
  const tenant = await j.platform.makeTenant();
  await seedShop({
    url: j.platform.apiUrl,
    apiKey: tenant.apiKey,
    bank: createDemoBank(j.platform.addresses.sandboxProviderUrl),
    onProgress: () => {},
  });
  const id = async (email: string) =>
    (await tenant.rest.get<{ data: { customer_id: string }[] }>(`/v1/customers?email=${email}`)).data[0]!.customer_id;
  const shoot = async (
    email: string,
    name: string,
    paths: string[],
    size: { width: number; height: number },
    scheme: 'dark' | 'light',
    lang: 'de' | 'en',
    act?: (page: any) => Promise<void>,
  ) => {
    const page = await j.openCustomerPortal(tenant, await id(email), size);
    page.setDefaultTimeout(60_000);
    await page.emulateMedia({ colorScheme: scheme });
    await page.evaluate(`localStorage.setItem('redcore-language', '${lang}')`);
    for (const path of paths) {
      await page.goto(`${j.platform.apiUrl}/portal/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page
        .getByRole('status', { name: lang === 'de' ? 'Wird geladen' : 'Loading' })
        .first()
        .waitFor({ state: 'detached' });
      if (act) await act(page);
      await page.waitForTimeout(800);
      await page.screenshot({
        path: `/tmp/shot-${name}-${path.replace(/\W/g, '') || 'home'}-${size.width}-${scheme}-${lang}.png`,
        fullPage: true,
      });
    }
    await page.context().close();
  };
  const wide = { width: 1440, height: 900 };
  const phone = { width: 390, height: 844 };
  await shoot('amara@example.com', 'amara', ['', 'billing', 'account'], wide, 'dark', 'de');
  await shoot('amara@example.com', 'amara', ['', 'subscribe', 'account'], phone, 'light', 'de');
  await shoot('mateo@example.com', 'mateo', [''], phone, 'dark', 'en');
  await shoot('mateo@example.com', 'mateopay', [''], wide, 'light', 'de', async (p) => {
    await p.getByRole('button', { name: 'Jetzt zahlen' }).click();
  });
  await shoot('mina@example.com', 'mina', ['', 'payment-result'], wide, 'light', 'en');
  const sub = (
    await tenant.rest.get<{ data: { subscription_id: string }[] }>(
      `/v1/subscriptions?customer_id=${await id('mina@example.com')}`,
    )
  ).data[0]!.subscription_id;
  await shoot('mina@example.com', 'mina', [`payment-result?subscription=${sub}`], phone, 'dark', 'de');
  await shoot('noah@example.com', 'noah', [''], wide, 'light', 'en');
  await shoot('yuki@example.com', 'yuki', ['subscribe'], wide, 'dark', 'en', async (p) => {
    await p.getByRole('radio', { name: /^Reader Plus, €/ }).click();
  });
  const admin = await j.openAdminPortal(tenant, 'owner', wide);
  admin.setDefaultTimeout(60_000);
  await admin.emulateMedia({ colorScheme: 'dark' });
  await admin.evaluate(`localStorage.setItem('redcore-language', 'de')`);
  for (const path of ['', 'subscriptions', 'payment-errors', 'customers', 'plans']) {
    await admin.goto(`${j.platform.apiUrl}/admin/${path}`);
    await admin.getByRole('heading', { level: 1 }).waitFor();
    await admin.waitForTimeout(2500);
    await admin.screenshot({ path: `/tmp/shot-admin-${path || 'home'}-dark-de.png`, fullPage: true });
  }
});
