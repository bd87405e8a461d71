import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type ConnectedTenant, connectTenant } from './support/connected-tenant.ts';
import { forgedHeaders, startSilentServer } from './support/forged-notifications.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { dialectNames, post } from './support/provider-dialects.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.stop());

const within = { timeout: 60_000, interval: 200 };

const inOrder = { concurrent: false };

/** Side by side, each tenant at a provider of its own; the steps of one follow each other. */
describe.concurrent.each(dialectNames)('%s, by its adapter over HTTP', (name) => {
  let tenant: ConnectedTenant;
  let id: string;
  beforeAll(async () => {
    tenant = await connectTenant(platform, name);
  });

  const statusOf = async (of: string) => (await tenant.rest.get<{ status: string }>(`/subscriptions/${of}`)).status;
  const newest = async (of = id) => {
    const [payment] = await tenant.payments(of);
    if (payment === undefined) throw new Error(`${of} has no payment`);
    return payment;
  };
  const chargesOf = async (attemptId: string | undefined) =>
    (await tenant.charges()).filter((charge) => charge.attemptId === attemptId && charge.status === 'succeeded');

  it('charges a method that was saved at its page, then renews it', inOrder, async ({ expect }) => {
    const account = await tenant.rest.post(`/v1/admin/provider-accounts/${name}/check`);
    expect(account).toMatchObject({ status: 'active', mode: 'test' });
    id = await tenant.subscribe(await tenant.makePayer());
    expect(await statusOf(id)).toBe('active');
    await tenant.renew(id);
    await expect
      .poll(async () => (await tenant.payments(id)).map(({ status }) => status), within)
      .toEqual([...['completed', 'completed']]);
    const money = { status: 'succeeded', amountMinor: 1999, currency: 'USD', refundedMinor: 0 };
    expect(await tenant.charges()).toMatchObject([money, money]);
  });

  it.for(['timeout_after', 'error_after'])(
    'finds out a charge that ended as %s: taken once',
    inOrder,
    async (behave, { expect }) => {
      const before = (await tenant.charges()).length;
      await tenant.script('charge', behave);
      await tenant.renew(id);
      await expect.poll(async () => (await newest()).status, within).toBe('completed');
      expect(await tenant.scriptsLeft()).toEqual([]);
      const { attempts } = await newest();
      expect(attempts).toMatchObject([{ status: 'succeeded', decline_kind: null }]);
      expect(await chargesOf(attempts[0]?.attempt_id)).toHaveLength(1);
      expect(await tenant.charges()).toHaveLength(before + 1);
    },
  );

  it('hears at its door that a customer confirmed', inOrder, async ({ expect }) => {
    await tenant.script('charge', 'requires_action');
    const open = await tenant.subscribe(await tenant.makePayer());
    // Its own look-up comes soon, and again in five minutes: until then only a notification can tell.
    const asked = async () => (await newest(open)).attempts[0]?.look_up_count;
    await expect.poll(asked, within).toBe(1);
    const { next_action: action, attempts } = await newest(open);
    await post(action?.url ?? '', { result: 'succeeded' });
    await expect.poll(() => statusOf(open), within).toBe('active');
    expect((await newest(open)).attempts).toMatchObject([{ status: 'succeeded', look_up_count: 1 }]);
    expect(await chargesOf(attempts[0]?.attempt_id)).toHaveLength(1);
  });

  it('hears nothing at its door that it has not signed: no row, and no call', inOrder, async ({ expect }) => {
    const elsewhere = await startSilentServer();
    const { data } = await tenant.rest.get<{ data: { url: string }[] }>('/v1/admin/webhook-endpoints');
    const door = new URL(new URL(data[0]?.url ?? '').pathname, platform.webhooksUrl);
    const mark = randomUUID();
    for (const headers of forgedHeaders(name, { provider: platform.paypalUrl, elsewhere: elsewhere.url })) {
      const body = JSON.stringify({ id: `evt_${mark}`, type: 'charge.updated' });
      const answer = await fetch(door, {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } },
      });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'invalid_request']);
    }
    expect(await platform.owner`select 1 from inbox where position(convert_to(${mark}, 'UTF8') in body) > 0`).toEqual(
      [],
    );
    expect(elsewhere.asked()).toBe(0);
    await elsewhere.stop();
  });

  it('gives a part back once, though the answer was an error', inOrder, async ({ expect }) => {
    const { payment_id: paymentId, attempts } = await newest();
    await tenant.script('refund', 'error_after');
    await tenant.rest.post(`/payments/${paymentId}/refunds`, { amount: 500 });
    await expect.poll(() => newest(), within).toMatchObject({ status: 'partially_refunded', amount_refunded: 500 });
    expect(await tenant.scriptsLeft()).toEqual([]);
    await expect
      .poll(() => tenant.rest.get(`/payments/${paymentId}/refunds`), within)
      .toMatchObject({
        data: [{ status: 'succeeded', amount: 500 }],
      });
    expect(await chargesOf(attempts[0]?.attempt_id)).toMatchObject([{ refundedMinor: 500 }]);
  });

  it(
    'refusing the credentials declines nobody: what waited is charged once they are replaced',
    inOrder,
    async ({ expect }) => {
      const path = `/v1/admin/provider-accounts/${name}`;
      const before = (await tenant.charges()).length;
      await tenant.setCredentials(tenant.at.refused);
      // Answered once nothing is due any more, or after some seconds.
      const renewing = tenant.renew(id);
      const account = () => tenant.rest.get(path);
      await expect.poll(account, within).toMatchObject({
        ...{ status: 'credentials_refused', status_reason: expect.stringMatching(/./) },
      });
      await expect
        .poll(() => newest(), within)
        .toMatchObject({
          ...{ status: 'pending', attempts_count: 0 },
          attempts: [{ status: 'not_sent', decline_kind: null }],
        });
      const waiting = await newest();
      expect(await statusOf(id)).toBe('active');
      await tenant.setCredentials(tenant.at.credentials.credentials);
      await expect
        .poll(() => newest(), within)
        .toMatchObject({
          ...{ payment_id: waiting.payment_id, status: 'completed' },
          attempts: [{ attempt_id: waiting.attempts[0]?.attempt_id, status: 'succeeded' }],
        });
      await renewing;
      expect(await account()).toMatchObject({ status: 'active', status_reason: null });
      expect(await tenant.charges()).toHaveLength(before + 1);
    },
  );

  it('tells of a dispute: lost, it ends the subscription, as the policy says', inOrder, async ({ expect }) => {
    const { payment_id: paymentId, attempts } = await newest();
    const providerChargeId = attempts[0]?.provider_charge_id ?? '';
    const disputes = async () =>
      (await tenant.rest.get<{ data: object[] }>(`/v1/admin/disputes?payment_id=${paymentId}`)).data;
    // Nothing delivers that it opened: where the provider lists its events, a catch-up finds it.
    const isListed = name !== 'custom';
    if (isListed) await tenant.script('webhook', 'never');
    const dispute = { id: await tenant.at.openDispute(providerChargeId), providerChargeId };
    expect(await tenant.scriptsLeft()).toEqual([]);
    if (isListed) await tenant.rest.post('/v1/admin/webhooks/catch-up', {});
    await expect.poll(disputes, within).toMatchObject([{ status: 'open', amount: 1999, reserved: 1999 }]);
    expect(await statusOf(id)).toBe('active');
    await tenant.at.loseDispute(dispute);
    await expect.poll(disputes, within).toMatchObject([{ status: 'lost', provider_dispute_id: dispute.id }]);
    await expect.poll(() => statusOf(id), within).toBe('canceled');
    expect(await newest()).toMatchObject({ status: 'disputed' });
  });

  it('leaves books that agree with its own list of charges', inOrder, async ({ expect }) => {
    await tenant.waitForQuiet(60_000);
    const { violations, counts } = await platform.checkInvariants(tenant);
    expect(violations).toEqual([]);
    expect(counts).toMatchObject({ attempts: 6, charges: 6 });
  });
});

it('a refund whose money the customer’s bank returns is reversed, once Stripe tells of it', async ({ expect }) => {
  const tenant = await connectTenant(platform, 'stripe');
  const id = await tenant.subscribe(await tenant.makePayer());
  const payment = async () => (await tenant.payments(id))[0];
  const { payment_id: paymentId, customer_id: customerId } = (await payment()) ?? {};
  await tenant.rest.post(`/payments/${paymentId}/refunds`, { amount: 500 });
  const refund = async () => {
    const path = `/v1/admin/refunds?customer_id=${customerId}`;
    return (await tenant.rest.get<{ data: { provider_refund_id: string }[] }>(path)).data[0];
  };
  await expect.poll(refund, within).toMatchObject({ status: 'succeeded', amount: 500 });
  expect(await payment()).toMatchObject({ status: 'partially_refunded', amount_refunded: 500 });
  await post(`${platform.stripeUrl}/control/refunds/${(await refund())?.provider_refund_id}`, {});
  await expect.poll(refund, within).toMatchObject({ status: 'failed', amount: 500 });
  expect(await payment()).toMatchObject({ status: 'completed', amount_refunded: 0 });
  expect(await tenant.charges()).toMatchObject([{ refundedMinor: 0 }]);
  await tenant.waitForQuiet(30_000);
  expect((await platform.checkInvariants(tenant)).violations).toEqual([]);
});
