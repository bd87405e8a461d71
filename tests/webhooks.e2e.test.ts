import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { newId } from '../db/new-id.ts';
import { runForwarderKillRound } from './support/forwarder-kill-round.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { chargeUpdated, signed } from './support/webhook-door.ts';

let platform: TestPlatform;
let tenant: PlatformTenant;
let planId: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  tenant = await platform.makeTenant();
  planId = await tenant.makePlan();
});
afterAll(() => platform?.stop());

interface Created {
  subscription_id: string;
  payment: { payment_id: string; next_action: { url: string } };
}

async function subscribe(token: string): Promise<Created> {
  const customerId = await tenant.makeCustomer(token);
  return tenant.rest.post<Created>('/subscriptions', { customer_id: customerId, plan_id: planId });
}

async function pay({ payment }: Created): Promise<void> {
  const answer = await fetch(payment.next_action.url, {
    method: 'POST',
    body: new URLSearchParams({ result: 'succeeded' }),
  });
  expect(answer.ok).toBe(true);
}

async function statusOf(id: string): Promise<string> {
  const [row] = await platform.owner<{ status: string }[]>`select status from subscriptions where id = ${id}`;
  return row?.status ?? 'none';
}

const within = { timeout: 60_000, interval: 200 };

it('takes and applies notifications by a process of its own while the API is away', async () => {
  const created = await subscribe('tok_requires_action');
  const api = platform.role('api');
  await platform.kill(api);
  await pay(created);
  await vi.waitFor(async () => expect(await statusOf(created.subscription_id)).toBe('active'), within);
  await api.restart();
});

it('answers a provider only once its notification is kept: what came while the door was away comes again', async () => {
  const door = platform.role('webhooks');
  const created = [await subscribe('tok_requires_action'), await subscribe('tok_requires_action')];
  await platform.kill(door);
  for (const one of created) await pay(one);
  await door.restart();
  for (const { subscription_id: id } of created)
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('active'), within);
});

it('F15: refuses at the door what is too large, unsigned or nobody’s, with no row', async () => {
  const count = async () => (await platform.owner`select 1 from inbox`).length;
  // Look-ups may have been quicker than the notifications of the tests before: those come first.
  await vi.waitFor(async () => expect(await count()).toBe(3), within);
  const before = 3;
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${platform.webhooksUrl}${path}`, { method: 'POST', body, headers });
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  expect(await post('/webhooks/sandbox', 'x'.repeat(1024 * 1024 + 1))).toEqual([413, 'body_too_large']);
  expect(await post('/webhooks/sandbox', '{}')).toEqual([400, 'invalid_request']);
  expect(await post('/v1/webhooks/sandbox', '{}')).toEqual([400, 'invalid_request']);
  expect(await post('/webhooks/nobody', '{}')).toEqual([404, 'not_found']);
  expect(await post(`/webhooks/sandbox/${newId('webhookEndpoint')}`, '{}')).toEqual([404, 'not_found']);
  expect(await count()).toBe(before);
});

it('F13: keeps one of ten copies over HTTP, shown to the operator as handled', async () => {
  const { subscription_id: id } = await subscribe('tok_ok');
  const [attempt] = await platform.owner<{ id: string; providerChargeId: string }[]>`
    select id, provider_charge_id from payment_attempts where subscription_id = ${id}`;
  const body = chargeUpdated({
    ...{ account: tenant.tenantId, reference: attempt?.id ?? '', chargeId: attempt?.providerChargeId ?? '' },
  });
  const { headers, rawBody } = signed({ id: newId('event'), body, secret: platform.webhookSecret });
  const copies = Array.from({ length: 10 }, () =>
    fetch(`${platform.webhooksUrl}/webhooks/sandbox`, {
      ...{ method: 'POST', headers: headers as Record<string, string>, body: new Uint8Array(rawBody) },
    }),
  );
  for (const answer of await Promise.all(copies))
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'received' }]);
  type Listed = { data: { provider_event_id: string; status: string; tries: number }[] };
  await vi.waitFor(async () => {
    const { data } = await tenant.rest.get<Listed>('/v1/admin/webhooks?provider=sandbox&limit=100');
    const own = data.filter((row) => row.provider_event_id === headers['webhook-id']);
    expect(own).toMatchObject([{ status: 'processed', tries: 1 }]);
  }, within);
});

it('F8: applies every notification once and in order when the forwarder is killed with some in hand', async () => {
  const round = await runForwarderKillRound(platform, { killsMax: 1, everyMs: 0, withinMs: 120_000 });
  expect(round.kills).toBe(1);
});
