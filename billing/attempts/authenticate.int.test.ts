import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { newId } from '../../db/new-id.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { applyProviderEvent } from './apply-provider-event.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const lastAttempt = async (id: SubscriptionId) => {
  const attempt = (await life.rows('payment_attempts', id)).at(-1);
  if (!attempt) throw new Error('no attempt');
  return attempt;
};

/** As the customer decides at the provider, and the provider's notification arrives. */
async function decide(id: SubscriptionId, result: 'succeeded' | 'failed', eventId = newId('event')): Promise<void> {
  const attempt = await lastAttempt(id);
  life.provider.decideAction(attempt.actionUrl ?? '', result);
  await notify(attempt, eventId);
}

async function notify(attempt: { id: string }, eventId = newId('event')): Promise<void> {
  const event = { tenantId: life.tenantId, attemptId: attempt.id as never, consumer: 'test', eventId };
  await applyProviderEvent(life.context, event);
}

async function renewWithAction() {
  const subscribed = await life.subscribe();
  life.provider.script({ next: ['requires_action'] });
  await life.liveTo(boundary);
  expect(await life.sub(subscribed.id)).toMatchObject({ status: 'past_due' });
  return subscribed;
}

describe('a first charge that needs the customer', () => {
  it('answers with the page, and becomes active when the customer agrees', async () => {
    const { id, answer } = await life.subscribe({ token: 'tok_requires_action' });
    const { actionUrl } = await lastAttempt(id);
    expect(answer.body).toMatchObject({ payment: { status: 'requires_action', next_action: { url: actionUrl } } });
    await life.live(HOUR_MS);
    await decide(id, 'succeeded');
    expect(await life.sub(id)).toMatchObject({ status: 'active', incompleteExpiresAt: null });
    await life.live(2 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('is a decline like any other when the customer refuses', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    await decide(id, 'failed');
    expect(await life.sub(id)).toMatchObject({ status: 'payment_failed' });
    expect(await life.rows('invoices', id)).toMatchObject([{ status: 'void', number: null }]);
    expect(await life.topics(id)).toContain('payments.failed_permanent');
  });

  it('is closed at the provider after 23 h, and the subscription expires after 24 h', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    await life.live(23 * HOUR_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'abandoned' });
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete', nextKind: 'expire' });
    const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 });
    expect(charges).toMatchObject([{ status: 'canceled' }]);
    await life.live(HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'expired', hasOpenWork: false });
    expect(await life.rows('invoices', id)).toMatchObject([{ status: 'void' }]);
    expect(await life.topics(id)).toContain('subscriptions.expired');
  });

  it('paid in the moment it is closed is paid: the subscription becomes active', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    life.provider.decideAction((await lastAttempt(id)).actionUrl ?? '', 'succeeded');
    life.provider.lookUp = async () => {
      throw new ProviderError('unknown', 'timeout');
    };
    await life.live(23 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('keeps the subscription from expiring for as long as the provider does not confirm the closing', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    const { cancelAttempt } = life.provider;
    let asked = 0;
    life.provider.cancelAttempt = async () => {
      asked += 1;
      throw new ProviderError('unknown', 'timeout');
    };
    await life.live(23 * HOUR_MS + 10 * MINUTE_MS);
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(15);
    await life.live(2 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete' });
    life.provider.cancelAttempt = cancelAttempt;
    await life.live(HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'expired' });
  });

  it('whose money is under way when it is to be closed is looked up from then on, and paid when it arrives', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    const { cancelAttempt, lookUp } = life.provider;
    let asked = 0;
    life.provider.cancelAttempt = async ({ providerChargeId }) => {
      asked += 1;
      return { kind: 'already_decided', outcome: { kind: 'pending', providerChargeId } };
    };
    await life.live(22 * HOUR_MS + MINUTE_MS);
    life.provider.lookUp = async ({ providerChargeId }) => ({
      ...{ kind: 'found', amountMinor: 1999, currency: 'USD' },
      outcome: { kind: 'pending', providerChargeId: providerChargeId ?? '' },
    });
    await life.live(2 * DAY_MS);
    expect(asked).toBe(1);
    const { actionUrl, ...attempt } = await lastAttempt(id);
    expect(attempt).toMatchObject({ status: 'unknown' });
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete', nextKind: 'look_up', parkedAt: null });
    expect(await life.rows('payments', id)).toMatchObject([{ status: 'processing' }]);
    Object.assign(life.provider, { cancelAttempt, lookUp });
    life.provider.decideAction(actionUrl ?? '', 'succeeded');
    await life.live(DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('is asked for again, ever so often, where the provider refuses to close it', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    const { cancelAttempt } = life.provider;
    let asked = 0;
    life.provider.cancelAttempt = async () => {
      asked += 1;
      throw new ProviderError('rejected', 'not_cancelable');
    };
    await life.live(25 * HOUR_MS);
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(15);
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete', parkedAt: null });
    life.provider.cancelAttempt = cancelAttempt;
    await life.live(HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'expired', hasOpenWork: false });
  });

  it('is a person’s in the end where the provider closes it never', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    life.provider.cancelAttempt = async () => {
      throw new ProviderError('rejected', 'not_cancelable');
    };
    await life.live(3 * DAY_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'requires_action' });
    await life.live(2 * DAY_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'needs_review' });
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete', nextKind: 'none' });
  });

  it('parks the subscription where closing it breaks, and rests between the tries', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    await life.live(22 * HOUR_MS + MINUTE_MS);
    let asked = 0;
    life.provider.cancelAttempt = async () => {
      asked += 1;
      throw new Error('broken');
    };
    life.skip(HOUR_MS);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await life.driveNotingFailures(id);
      life.skip(MINUTE_MS);
    }
    expect((await life.sub(id)).parkedAt).not.toBeNull();
    expect(asked).toBeLessThanOrEqual(10);
  });
});

describe('a renewal that needs the customer', () => {
  it('is past due meanwhile, and renewed when the customer agrees', async () => {
    const { id } = await renewWithAction();
    await life.live(HOUR_MS);
    await decide(id, 'succeeded');
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
  });

  it('waits for another method until the ladder’s last day when the customer does nothing', async () => {
    const { id } = await renewWithAction();
    await life.live(DAY_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'declined', declineKind: 'authentication_required' });
    expect(await life.sub(id)).toMatchObject({ nextKind: 'dunning_end', nextAt: boundary + 15 * DAY_MS });
  });

  it('takes the ladder’s next step when the customer refuses', async () => {
    const { id } = await renewWithAction();
    await decide(id, 'failed');
    const { declineKind } = await lastAttempt(id);
    expect(await life.sub(id)).toMatchObject({
      status: 'past_due',
      nextKind: declineKind === 'authentication_required' ? 'dunning_end' : 'collect',
    });
  });

  it('answered by the customer, whose bank still moves the money, is under way and reminds nobody', async () => {
    const { id } = await renewWithAction();
    const { lookUp } = life.provider;
    const { actionUrl } = await lastAttempt(id);
    life.provider.lookUp = async ({ providerChargeId }) => ({
      ...{ kind: 'found', amountMinor: 1999, currency: 'USD' },
      outcome: { kind: 'pending', providerChargeId: providerChargeId ?? '' },
    });
    await notify(await lastAttempt(id));
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown' });
    await life.live(DAY_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown' });
    const notices = (await life.topics(id)).filter((topic) => topic === 'notifications.requested');
    expect(notices).toHaveLength(1);
    life.provider.lookUp = lookUp;
    life.provider.decideAction(actionUrl ?? '', 'succeeded');
    await notify(await lastAttempt(id));
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
  });

  it('decided by a look-up alone is seen, too: notifications only make it sooner', async () => {
    const { id } = await renewWithAction();
    life.provider.decideAction((await lastAttempt(id)).actionUrl ?? '', 'succeeded');
    await life.live(10 * MINUTE_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });
});

describe('a notification', () => {
  it('F13: repeated ten times at once has one effect', async () => {
    const { id } = await renewWithAction();
    const attempt = await lastAttempt(id);
    life.provider.decideAction(attempt.actionUrl ?? '', 'succeeded');
    await Promise.all(Array.from({ length: 10 }, () => notify(attempt, 'evt_same' as never)));
    await notify(attempt);
    expect((await life.actions(id)).filter((action) => action === 'renewed')).toHaveLength(1);
    const [row] = await life.owner`
      select count(*)::int as count from processed_events where tenant_id = ${life.tenantId} and event_id = 'evt_same'`;
    expect(row?.['count']).toBe(1);
  });

  it('that arrives while the sender still holds its lease applies at once, and the sender answers from the row', async () => {
    const { id } = await life.subscribe();
    life.skipTo(boundary);
    const { charge } = life.provider;
    life.provider.charge = async (request) => {
      const outcome = await charge.call(life.provider, request);
      const attempt = await lastAttempt(id);
      expect(attempt).toMatchObject({ status: 'sent' });
      await notify(attempt);
      expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', leaseId: null });
      return outcome;
    };
    await life.drive(id);
    expect((await life.actions(id)).filter((action) => action === 'renewed')).toHaveLength(1);
  });

  it('that says nothing new changes nothing and wakes nobody', async () => {
    const { id } = await life.subscribe();
    const before = await life.sub(id);
    life.intents.length = 0;
    await notify(await lastAttempt(id));
    const { version: _version, updatedAt: _updatedAt, ...state } = before;
    expect(await life.sub(id)).toMatchObject(state);
    expect(life.intents).toEqual([]);
  });

  it('about an attempt nobody has is only noted as seen', async () => {
    await notify({ id: newId('attempt') }, 'evt_foreign' as never);
    const rows = await life.owner`select 1 from processed_events where tenant_id = ${life.tenantId}`;
    expect(rows).toHaveLength(1);
  });
});
