import { beforeEach, describe, expect, it } from 'vitest';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { noteStepFailure } from '../steps/park-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});

type Notice = {
  messageKey: string;
  envelope: { sequence: null; data: { kind: string; details: Record<string, unknown> } };
};

async function notices(id: SubscriptionId): Promise<Notice['envelope']['data'][]> {
  const rows = await life.owner<Notice[]>`
    select message_key, envelope from outbox
    where subscription_id = ${id} and topic = 'notifications.requested' order by created_at`;
  const { customerId } = await life.sub(id);
  for (const { messageKey, envelope } of rows) expect([messageKey, envelope.sequence]).toEqual([customerId, null]);
  return rows.map(({ envelope }) => envelope.data);
}
const kinds = async (id: SubscriptionId) => (await notices(id)).map(({ kind }) => kind);

describe('a customer who has to authenticate', () => {
  it('is reminded after 1 h, 12 h and 22 h, with the link and its end, until the link has expired', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    await life.live(59 * MINUTE_MS);
    expect(await kinds(id)).toEqual([]);
    await life.live(2 * MINUTE_MS);
    expect(await notices(id)).toMatchObject([
      {
        kind: 'action_required',
        details: { url: expect.stringContaining('://'), expires_at: '2026-02-01T09:00:00.000Z' },
      },
    ]);
    await life.live(11 * HOUR_MS);
    expect(await kinds(id)).toHaveLength(2);
    await life.live(10 * HOUR_MS);
    expect(await kinds(id)).toHaveLength(3);
    await life.live(3 * DAY_MS);
    expect(await kinds(id)).toEqual(['action_required', 'action_required', 'action_required']);
  });

  it('is reminded while there is something to answer, where the provider keeps it for less', async () => {
    const { capabilities } = life.provider;
    Object.assign(life.provider, { capabilities: { ...capabilities, actionWindowMs: 3 * HOUR_MS } });
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    await life.live(3 * HOUR_MS - MINUTE_MS);
    const reminder = { kind: 'action_required', details: { expires_at: '2026-01-31T13:00:00.000Z' } };
    expect(await notices(id)).toMatchObject([reminder, reminder, reminder]);
    await life.live(2 * MINUTE_MS);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{ status: 'abandoned' }]);
    await life.live(DAY_MS);
    expect(await kinds(id)).toHaveLength(3);
    expect(await life.sub(id)).toMatchObject({ status: 'expired' });
  });

  it('is not reminded of what is done, even where nobody has notified us of it', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    const [attempt] = await life.rows('payment_attempts', id);
    await life.live(30 * MINUTE_MS);
    life.provider.decideAction(attempt?.actionUrl ?? '', 'succeeded');
    await life.live(DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect(await kinds(id)).toEqual([]);
  });
});

it('people hear of an outcome that is not known for an hour, and of the review it needs in the end', async () => {
  const { id } = await life.subscribe();
  const { lookUp } = life.provider;
  life.provider.lookUp = async () => ({ kind: 'not_found' });
  life.provider.charge = async () => {
    throw new Error('no answer');
  };
  await life.liveTo('2026-02-28T10:00:00.000Z');
  await life.live(30 * MINUTE_MS);
  expect(await kinds(id)).toEqual([]);
  await life.live(2 * HOUR_MS);
  expect(await kinds(id)).toEqual(['attempt_unknown']);
  await life.live(8 * DAY_MS);
  expect(await notices(id)).toMatchObject([
    { kind: 'attempt_unknown', details: { amount: 1_999, currency: 'USD' } },
    { kind: 'attempt_needs_review', details: { payment_id: expect.stringMatching(/^pay_/) } },
  ]);
  life.provider.lookUp = lookUp;
});

it('people hear of a subscription that is set aside', async () => {
  const { id } = await life.subscribe();
  const ref = { tenantId: life.tenantId, subscriptionId: id };
  await noteStepFailure(life.context, ref, { step: 'takeStep', input: null, error: 'invariant broken: of a test' });
  expect(await notices(id)).toMatchObject([{ kind: 'subscription_parked', details: { step: 'takeStep' } }]);
});
