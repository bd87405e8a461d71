import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ChargeOutcome } from '../adapters/payments/port.ts';
import { ProviderError } from '../adapters/payments/provider-error.ts';
import { newId } from '../db/new-id.ts';
import type { TenantId } from '../domain/ids.ts';
import { type BillingFixture, openBillingFixture } from './support/billing-fixture.ts';
import { expectInvariants } from './support/expect-invariants.ts';
import {
  type Charged,
  chargeOnce,
  finalStateOf,
  type Notified,
  openNotified,
  permutationsOf,
} from './support/notified-fixture.ts';
import { createSeededRandom } from './support/seeded-random.ts';
import { stackEnv } from './support/stack-env.ts';
import { chargeUpdated, openTestDoor, signed } from './support/webhook-door.ts';

const rounds = 60;
const seed = Number(stackEnv().seed);

let fixture: BillingFixture;
beforeAll(async () => {
  fixture = await openBillingFixture({ ownerUrl: stackEnv().databaseUrl, appUrl: stackEnv().appDatabaseUrl });
});
afterAll(() => fixture.close());

const statusesOf = async (eventIds: readonly string[]) => {
  const rows = await fixture.owner<{ providerEventId: string; tenantId: TenantId; status: string }[]>`
    select provider_event_id, tenant_id, status from inbox where provider_event_id = any(${eventIds as string[]}::text[])`;
  return rows;
};

it(`F13: each of ${rounds} notifications that come up to ten times at once has one effect, and another tenant’s equal id its own (seed ${seed})`, async () => {
  const random = createSeededRandom(seed);
  const own = await openBillingFixture({ ownerUrl: stackEnv().databaseUrl, appUrl: stackEnv().appDatabaseUrl });
  const other = newId('tenant');
  await own.owner`insert into tenants (tenant_id, name, mode) values (${other}, 'other', 'sandbox')`;
  const notified = await openNotified(own);
  const charges: Charged[] = [];
  const ids: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const charged = await chargeOnce(own, 'tok_requires_action');
    own.provider.decideAction(charged.actionUrl, 'succeeded');
    const webhook = notified.about(charged);
    const id = webhook.headers['webhook-id'] ?? '';
    const theirs = signed({ id, body: chargeUpdated({ account: other, reference: charged.attemptId }) });
    const copies = Array.from({ length: 2 + random.below(9) }, () => webhook);
    const answers = await Promise.all(random.shuffle([...copies, theirs]).map(notified.receive));
    expect(
      answers.every(({ status }) => status === 200),
      `round ${round}`,
    ).toBe(true);
    if (random.below(3) === 0) await notified.carry();
    charges.push(charged);
    ids.push(id);
  }
  await notified.carry();
  const rows = await statusesOf(ids);
  expect(rows).toHaveLength(rounds * 2);
  expect(rows.filter(({ tenantId }) => tenantId === other).every(({ status }) => status === 'received')).toBe(true);
  for (const charged of charges) {
    const { events } = (await finalStateOf(own, charged)) as { events: Record<string, number> };
    expect(events).toMatchObject({ 'invoices.paid': 1, 'payments.completed': 1 });
  }
  await expectInvariants(own, 60_000);
  await own.close();
});

it.each(['succeeded', 'declined'] as const)(
  'F14: all orders of six notifications about a charge that has %s end in one state',
  async (decision) => {
    const kinds = ['pending', 'pending', 'requires_action', 'requires_action', 'decided', 'decided'] as const;
    const outcomeOf = (
      kind: (typeof kinds)[number],
      { chargeId: providerChargeId, actionUrl: url }: Charged,
    ): ChargeOutcome => {
      if (kind === 'pending') return { kind, providerChargeId };
      if (kind === 'requires_action') return { kind, providerChargeId, url };
      if (decision === 'succeeded') return { kind: 'succeeded', providerChargeId, message: 'paid' };
      return { kind: 'declined', providerChargeId, declineKind: 'soft', code: 'insufficient_funds', message: 'no' };
    };
    const orders = permutationsOf(kinds);
    expect(orders).toHaveLength(90);
    const notified = await openNotified(fixture);
    const answers = new Map<string, ChargeOutcome[]>();
    const lookUp = vi.spyOn(fixture.provider, 'lookUp').mockImplementation(async ({ attemptId }) => {
      const outcome = answers.get(attemptId)?.shift();
      if (outcome === undefined) throw new Error('asked more often than told');
      return { kind: 'found', outcome, amountMinor: 1999, currency: 'USD' };
    });
    const charges: Charged[] = [];
    for (const order of orders) {
      const charged = await chargeOnce(fixture, 'tok_requires_action');
      answers.set(
        charged.attemptId,
        order.map((kind) => outcomeOf(kind, charged)),
      );
      charges.push(charged);
    }
    // Every charge's first notification, then every charge's second: keys go side by side, each in its own order.
    for (let index = 0; index < kinds.length; index += 1) {
      await Promise.all(charges.map((charged) => notified.receive(notified.about(charged))));
      await notified.carry();
    }
    lookUp.mockRestore();
    const states = await Promise.all(charges.map((charged) => finalStateOf(fixture, charged)));
    for (const [index, state] of states.entries()) expect(state, orders[index]?.join(', ')).toEqual(states[0]);
    // What was told comes true at the provider, too.
    const result = decision === 'succeeded' ? 'succeeded' : 'failed';
    for (const { actionUrl } of charges) fixture.provider.decideAction(actionUrl, result);
    await expectInvariants(fixture, 60_000);
  },
);

it(`F15: none of ${rounds} × 5 forged, stale, future, foreign or broken notifications leaves a row or makes a call (seed ${seed})`, async () => {
  const random = createSeededRandom(seed);
  const { app, tenantId, provider } = fixture;
  const receive = openTestDoor({ app, providers: [provider] });
  const fetchSpy = vi.spyOn(globalThis, 'fetch');
  const asked = [vi.spyOn(provider, 'lookUp'), vi.spyOn(provider, 'listCharges'), vi.spyOn(provider, 'charge')];
  const ids: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const body = chargeUpdated({ account: tenantId, reference: newId('attempt') });
    const awayMs = 301_000 + random.below(86_400_000);
    const flipped = random.below(body.length);
    const make = () => ({ id: newId('event'), body });
    const broken = signed(make());
    broken.rawBody[flipped] = (broken.rawBody[flipped] ?? 0) ^ (1 << random.below(8));
    const wrong = [
      signed({ ...make(), secret: `whsec_${Buffer.from(`other-${random.next()}`).toString('base64')}` }),
      signed({ ...make(), signedAt: new Date(Date.now() - awayMs) }),
      signed({ ...make(), signedAt: new Date(Date.now() + awayMs) }),
      signed({ ...make(), body: body.slice(0, flipped) }),
      broken,
    ];
    for (const webhook of wrong) {
      await expect(receive(webhook), `round ${round}`).rejects.toMatchObject({ code: 'invalid_request' });
      ids.push(webhook.headers['webhook-id'] ?? '');
    }
  }
  expect(await statusesOf(ids)).toEqual([]);
  expect(fetchSpy).not.toHaveBeenCalled();
  for (const spy of asked) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  await expectInvariants(fixture, 60_000);
});

it(`F16: ${rounds} poisoned among good notifications are dead within the policy, and no good one waits for them (seed ${seed})`, async () => {
  const random = createSeededRandom(seed);
  const notified = await openNotified(fixture, { triesMax: 3, retryDelayMs: 20 });
  const bad = new Set<string>();
  const expected = new Map<string, string>();
  const { lookUp } = fixture.provider;
  fixture.provider.lookUp = (request) =>
    bad.has(request.attemptId)
      ? Promise.reject(new ProviderError('rejected', 'poison'))
      : lookUp.call(fixture.provider, request);
  const webhooks: Parameters<Notified['receive']>[0][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [poisoned, good] = [
      await chargeOnce(fixture, 'tok_requires_action'),
      await chargeOnce(fixture, 'tok_requires_action'),
    ];
    bad.add(poisoned.attemptId);
    fixture.provider.decideAction(good.actionUrl, 'succeeded');
    for (const [charged, status] of [
      [poisoned, 'dead'],
      [good, 'processed'],
    ] as const) {
      const webhook = notified.about(charged);
      expected.set(webhook.headers['webhook-id'] ?? '', status);
      webhooks.push(webhook);
    }
  }
  await Promise.all(random.shuffle(webhooks).map(notified.receive));
  await notified.carry();
  fixture.provider.lookUp = lookUp;
  const became = new Map((await statusesOf([...expected.keys()])).map((row) => [row.providerEventId, row.status]));
  expect(became).toEqual(expected);
  expect(notified.bus.messagesOf('webhooks.received.dlt')).toHaveLength(rounds);
  await expectInvariants(fixture, 60_000);
});
