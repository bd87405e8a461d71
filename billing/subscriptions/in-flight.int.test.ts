import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChargeRequest } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { newId } from '../../db/new-id.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { applyProviderEvent } from '../attempts/apply-provider-event.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { changeSubscription } from './change-subscription.ts';
import { pauseSubscription } from './pause-subscription.ts';
import { resumeSubscription } from './resume-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const nextBoundary = Date.parse('2026-03-31T10:00:00.000Z');
const lastAttempt = async (id: SubscriptionId) => (await life.rows('payment_attempts', id)).at(-1);
const cancel = (id: SubscriptionId, at: 'now' | 'period_end' = 'now') =>
  cancelSubscription(life.context, life.call, id, { reason: 'test', at });
const pause = (id: SubscriptionId) => pauseSubscription(life.context, life.call, id, { resumesAt: null });
const resume = (id: SubscriptionId) => resumeSubscription(life.context, life.call, id);

type State = 'sent' | 'unknown' | 'requires_action';
type Outcome = 'paid' | 'declined';

/** Runs the renewal up to the state, does something there, and lets the outcome become known. */
async function during(
  state: State,
  outcome: Outcome,
  act: (id: SubscriptionId) => Promise<unknown>,
): Promise<SubscriptionId> {
  const { id } = await life.subscribe();
  const { charge, lookUp } = life.provider;
  const declined = 'decline:generic_decline';
  if (state === 'sent') {
    life.provider.script({ next: [outcome === 'paid' ? 'ok' : declined] });
    life.provider.charge = async (request: ChargeRequest) => {
      life.provider.charge = charge;
      const answer = await charge.call(life.provider, request);
      expect(await lastAttempt(id)).toMatchObject({ status: 'sent' });
      await act(id);
      return answer;
    };
    await life.liveTo(boundary);
    return id;
  }
  life.provider.script({
    next: [state === 'requires_action' ? 'requires_action' : outcome === 'paid' ? 'timeout_after' : 'pending:300000'],
  });
  await life.liveTo(boundary);
  const attempt = await lastAttempt(id);
  expect(attempt).toMatchObject({ status: state });
  await act(id);
  if (state === 'requires_action')
    life.provider.decideAction(attempt?.actionUrl ?? '', outcome === 'paid' ? 'succeeded' : 'failed');
  else if (outcome === 'declined') {
    life.provider.lookUp = async (request) => {
      const found = await lookUp.call(life.provider, request);
      if (found.kind === 'not_found' || request.attemptId !== attempt?.id) return found;
      const { providerChargeId } = found.outcome;
      return {
        ...found,
        outcome: { kind: 'declined', providerChargeId, declineKind: 'soft', code: 'generic_decline', message: '' },
      };
    };
  }
  await life.live(MINUTE_MS);
  return id;
}

describe('a cancel while the renewal is', () => {
  it.each(['sent', 'unknown', 'requires_action'] as const)(
    '%s ends at once; found paid, everything goes back',
    async (state) => {
      const id = await during(state, 'paid', async (subscription) => {
        expect((await cancel(subscription)).body).toMatchObject({ status: 'canceled' });
      });
      await life.live(DAY_MS);
      expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false, nextKind: 'none' });
      expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', surplus: true });
      expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded', amountMinor: 1999 }]);
      expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'void' });
      expect((await life.rows('billing_runs', id)).at(-1)).toMatchObject({ status: 'void' });
    },
  );

  it.each(['sent', 'unknown', 'requires_action'] as const)(
    '%s ends at once; found declined, nothing is tried again',
    async (state) => {
      const id = await during(state, 'declined', cancel);
      await life.live(20 * DAY_MS);
      expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false, nextKind: 'none' });
      expect(await life.rows('payment_attempts', id)).toHaveLength(2);
      expect(await life.rows('refunds', id)).toEqual([]);
      expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'void' });
    },
  );

  it.each([
    ['unreachable', new ProviderError('not_sent', 'unavailable')],
    ['over its rate', new ProviderError('rate_limited', 'rate_limited', { retryAfterMs: 1_000 })],
    ['refusing the credentials', new ProviderError('not_sent', 'credentials_refused')],
  ])('sent to a provider that turns out %s is never sent again', async (_, error) => {
    const { id } = await life.subscribe();
    let sends = 0;
    life.provider.charge = async () => {
      sends += 1;
      if (sends === 1) await cancel(id);
      throw error;
    };
    await life.liveTo(boundary);
    await life.live(20 * DAY_MS);
    expect(sends).toBe(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'abandoned', sendAt: null });
    expect((await life.rows('payments', id)).at(-1)).toMatchObject({ status: 'failed_permanent', attemptsCount: 0 });
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'void' });
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false, nextKind: 'none' });
  });

  it.each(['sent', 'unknown'] as const)(
    '%s that then turns out to need the customer closes the page at the provider',
    async (state) => {
      const { id } = await life.subscribe();
      const { charge } = life.provider;
      life.provider.script({ next: ['requires_action'] });
      life.provider.charge = async (request) => {
        life.provider.charge = charge;
        const outcome = await charge.call(life.provider, request);
        if (state === 'unknown') throw new ProviderError('unknown', 'timeout');
        await cancel(id);
        return outcome;
      };
      await life.liveTo(boundary);
      if (state === 'unknown') await cancel(id);
      await life.live(MINUTE_MS);
      expect(await lastAttempt(id)).toMatchObject({ status: 'abandoned' });
      expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false });
      const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 });
      expect(charges[1]).toMatchObject({ status: 'canceled' });
    },
  );

  it('awaiting the customer closes the page at the provider', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['requires_action'] });
    await life.liveTo(boundary);
    await cancel(id);
    expect(await life.rows('intents', id)).toMatchObject([{ kind: 'start' }, { kind: 'wake' }]);
    await life.settle();
    expect(await lastAttempt(id)).toMatchObject({ status: 'abandoned' });
    const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 });
    expect(charges[1]).toMatchObject({ status: 'canceled' });
    expect(await life.sub(id)).toMatchObject({ hasOpenWork: false });
  });

  it('not sent takes the charge back before anybody makes it', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['unreachable'] });
    await life.liveTo(boundary);
    await cancel(id);
    await life.live(DAY_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'abandoned' });
    expect((await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 })).charges).toHaveLength(1);
  });

  it('under way for the end of the period ends at once, for the paid period is over', async () => {
    const id = await during('unknown', 'paid', async (subscription) => {
      expect((await cancel(subscription, 'period_end')).body).toMatchObject({ status: 'canceled', cancel_at: null });
    });
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
  });
});

describe('a pause while the renewal is', () => {
  it.each(['sent', 'unknown'] as const)(
    '%s stops; found paid, the whole period is kept and runs from the resume',
    async (state) => {
      const id = await during(state, 'paid', pause);
      const paused = await life.sub(id);
      expect(paused).toMatchObject({ status: 'paused', periodStartAt: boundary, periodEndAt: nextBoundary });
      const pausedAt = paused.pausedAt ?? 0;
      expect(paused.pauseRemainingMs).toBe(nextBoundary - pausedAt);
      await life.live(40 * DAY_MS);
      expect(await life.sub(id)).toMatchObject({ status: 'paused' });
      await resume(id);
      expect(await life.sub(id)).toMatchObject({ status: 'active', periodEndAt: life.now() + nextBoundary - pausedAt });
    },
  );

  it.each(['sent', 'unknown'] as const)('%s stops; found declined, retries rest until the resume', async (state) => {
    const id = await during(state, 'declined', pause);
    expect(await life.sub(id)).toMatchObject({ status: 'paused', nextKind: 'none' });
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'open' });
    const { pausedAt } = await life.sub(id);
    await life.live(40 * DAY_MS);
    expect(await life.rows('payment_attempts', id)).toHaveLength(2);
    await resume(id);
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', nextKind: 'collect' });
    const pausedMs = life.now() - (pausedAt ?? 0);
    await life.settle();
    expect(await life.sub(id)).toMatchObject({
      ...{ status: 'active', periodStartAt: boundary, periodEndAt: nextBoundary + pausedMs },
    });
  });

  it('awaiting the customer is refused: the subscription is past due', async () => {
    await during('requires_action', 'paid', async (id) => {
      expect(await refusalOf(pause(id))).toBe('invalid_state');
    });
  });

  it.each(['paid', 'declined'] as const)(
    'an upgrade’s, awaiting the customer, stops; found %s, the pause stays',
    async (outcome) => {
      const { id } = await life.subscribe();
      const planId = await life.makePlan({ amountMinor: 4999 });
      await life.live(10 * DAY_MS);
      life.provider.script({ next: ['requires_action'] });
      const change = { planId, effective: 'now', proration: 'invoice_now' } as const;
      expect((await changeSubscription(life.context, life.call, id, change)).status).toBe(202);
      await pause(id);
      const { periodEndAt, pauseRemainingMs } = await life.sub(id);
      const attempt = await lastAttempt(id);
      life.provider.decideAction(attempt?.actionUrl ?? '', outcome === 'paid' ? 'succeeded' : 'failed');
      const event = {
        tenantId: life.tenantId,
        attemptId: attempt?.id as never,
        consumer: 'test',
        eventId: newId('event'),
      };
      await applyProviderEvent(life.context, event);
      expect(await life.sub(id)).toMatchObject({
        status: 'paused',
        periodEndAt,
        pauseRemainingMs,
        pendingChange: null,
      });
      expect((await life.sub(id)).planId === planId).toBe(outcome === 'paid');
      await life.live(5 * DAY_MS);
      await resume(id);
      expect(await life.sub(id)).toMatchObject({ status: 'active', periodEndAt: (periodEndAt ?? 0) + 5 * DAY_MS });
    },
  );
});

describe('the first charge', () => {
  it('while its call runs lets no command through, and says that this passes', async () => {
    const planId = await life.makePlan();
    const { customerId } = await life.makeCustomer();
    const { charge } = life.provider;
    const codes: string[] = [];
    life.provider.charge = async (request) => {
      const [row] = await life.owner<
        { id: SubscriptionId }[]
      >`select id from subscriptions where tenant_id = ${life.tenantId}`;
      const id = row?.id as SubscriptionId;
      for (const command of [cancel, pause, resume]) codes.push(await refusalOf(command(id)));
      codes.push(
        await refusalOf(
          changeSubscription(life.context, life.call, id, { metadata: {}, effective: 'now', proration: 'none' }),
        ),
      );
      return charge.call(life.provider, request);
    };
    await life.subscribe({ planId, customerId });
    expect(codes).toEqual(Array.from({ length: 4 }, () => 'subscription_incomplete'));
  });

  it('not known yet can be canceled, and is refunded if it turns out paid', async () => {
    const { id } = await life.subscribe({ token: 'tok_timeout_after_charge' });
    expect((await cancel(id)).body).toMatchObject({ status: 'canceled' });
    await life.live(HOUR_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
  });

  it('never expires the subscription while its outcome is open', async () => {
    const { id } = await life.subscribe({ token: 'tok_timeout_after_charge' });
    life.provider.lookUp = async () => ({
      ...{ kind: 'found', amountMinor: 1999, currency: 'USD' },
      outcome: { kind: 'pending', providerChargeId: 'sch_pending' },
    });
    await life.live(3 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete' });
  });

  it('that could not be sent for 24 h lets the subscription expire', async () => {
    const { id } = await life.subscribe({ token: 'tok_unreachable' });
    await life.live(DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'expired', hasOpenWork: false });
    expect(await lastAttempt(id)).toMatchObject({ status: 'abandoned' });
  });
});
