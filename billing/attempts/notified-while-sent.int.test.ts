import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChargeOutcome, ChargeRequest } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { newId } from '../../db/new-id.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { applyProviderEvent } from './apply-provider-event.ts';

closePoolsAfterAll();

let life: BillingLife;
let charge: BillingLife['provider']['charge'];
let lookUp: BillingLife['provider']['lookUp'];
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
  charge = life.provider.charge.bind(life.provider);
  lookUp = life.provider.lookUp.bind(life.provider);
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');

async function lastAttempt(id: SubscriptionId) {
  const attempt = (await life.rows('payment_attempts', id)).at(-1);
  if (!attempt) throw new Error('no attempt');
  return attempt;
}

async function notify(attemptId: string): Promise<void> {
  const event = { tenantId: life.tenantId, attemptId: attemptId as never, consumer: 'test', eventId: newId('event') };
  await applyProviderEvent(life.context, event);
}

async function processedCount(): Promise<number> {
  return (await life.owner`select 1 from processed_events where tenant_id = ${life.tenantId}`).length;
}

/** As the provider shows a charge between the two calls that lead to its page. */
const declined = (providerChargeId: string | null): ChargeOutcome => ({
  ...{ kind: 'declined', providerChargeId, declineKind: 'authentication_required' },
  ...{ code: 'authentication_required', message: 'The card was declined.' },
});
const pending = (providerChargeId: string | null): ChargeOutcome => ({
  ...{ kind: 'pending', providerChargeId: providerChargeId ?? '' },
});

const found = ({ amountMinor, currency }: ChargeRequest, outcome: ChargeOutcome) => ({
  ...{ kind: 'found' as const, outcome, amountMinor, currency },
});

/** The next send is asked about before its sender has heard how it ended. */
function notifyInMidSend(shown: (providerChargeId: string | null) => ChargeOutcome): void {
  life.provider.charge = async (request) => {
    const outcome = await charge(request);
    life.provider.lookUp = async () => found(request, shown(outcome.providerChargeId));
    await notify(request.attemptId);
    Object.assign(life.provider, { charge, lookUp });
    return outcome;
  };
}

describe('a notification in the middle of a send', () => {
  it.each([
    ['a decline', declined],
    ['money under way', pending],
  ])('that finds %s leaves a first charge to its sender, who answers with the page', async (_name, shown) => {
    notifyInMidSend(shown);
    const { id, answer } = await life.subscribe({ token: 'tok_requires_action' });
    const { actionUrl, ...attempt } = await lastAttempt(id);
    expect(attempt).toMatchObject({ status: 'requires_action' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ payment: { status: 'requires_action', next_action: { url: actionUrl } } });
    expect(await processedCount()).toBe(1);
    life.provider.decideAction(actionUrl ?? '', 'succeeded');
    await notify(attempt.id);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it.each([
    ['a decline', declined],
    ['money under way', pending],
  ])('that finds %s leaves a renewal to its sender, and the customer can still agree', async (_name, shown) => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['requires_action'] });
    life.skipTo(boundary);
    notifyInMidSend(shown);
    await life.drive(id);
    expect(await lastAttempt(id)).toMatchObject({ status: 'requires_action' });
    expect(await life.sub(id)).toMatchObject({ status: 'past_due' });
    life.provider.decideAction((await lastAttempt(id)).actionUrl ?? '', 'succeeded');
    await life.live(HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
  });

  it.each([
    ['a decline', declined],
    ['money under way', pending],
  ])('that finds %s takes nothing of the lease', async (_name, shown) => {
    const { id } = await life.subscribe();
    life.skipTo(boundary);
    life.provider.charge = async (request) => {
      const held = await lastAttempt(id);
      expect(held).toMatchObject({ status: 'sent', leaseUntil: life.now() + MINUTE_MS });
      life.provider.lookUp = async () => found(request, shown('sch_1'));
      await notify(request.attemptId);
      Object.assign(life.provider, { lookUp });
      expect(await lastAttempt(id)).toEqual(held);
      return charge(request);
    };
    await life.drive(id);
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', sendCount: 1 });
  });

  it('that finds the page opens it at once, and the sender answers from the row', async () => {
    life.provider.charge = async (request) => {
      const outcome = await charge(request);
      await notify(request.attemptId);
      return outcome;
    };
    const { id, answer } = await life.subscribe({ token: 'tok_requires_action' });
    const { actionUrl } = await lastAttempt(id);
    expect(answer.body).toMatchObject({ payment: { status: 'requires_action', next_action: { url: actionUrl } } });
  });

  it.each([
    ['a decline', declined],
    ['money under way', pending],
  ])('that found %s and is applied when the send is over takes its page back neither', async (_name, shown) => {
    const answered = Promise.withResolvers<void>();
    let late: Promise<void> | undefined;
    life.provider.charge = async (request) => {
      const outcome = await charge(request);
      const asked = Promise.withResolvers<void>();
      life.provider.lookUp = async () => {
        asked.resolve();
        await answered.promise;
        return found(request, shown(outcome.providerChargeId));
      };
      late = notify(request.attemptId);
      await asked.promise;
      return outcome;
    };
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    answered.resolve();
    await late;
    expect(await processedCount()).toBe(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'requires_action' });
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete' });
  });

  it('is not lost where the sender dies: what it found is found after the lease', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['decline:generic_decline'] });
    life.skipTo(boundary);
    const told = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<never>();
    let sent = 0;
    life.provider.charge = async (request) => {
      sent += 1;
      await charge(request);
      await notify(request.attemptId);
      told.resolve();
      return gone.promise;
    };
    const sender = life.drive(id);
    await told.promise;
    expect(await processedCount()).toBe(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'sent' });
    await life.live(2 * MINUTE_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'declined', declineKind: 'soft', sendCount: 1 });
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', nextKind: 'collect' });
    gone.reject(new ProviderError('unknown', 'late'));
    await sender;
    expect(sent).toBe(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'declined' });
  });

  it('whose sender’s lease is over counts, whoever is awake', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['decline:generic_decline'] });
    life.skipTo(boundary);
    life.provider.charge = async (request) => {
      await charge(request);
      life.skip(MINUTE_MS);
      await notify(request.attemptId);
      throw new ProviderError('unknown', 'late');
    };
    await life.drive(id);
    expect(await lastAttempt(id)).toMatchObject({ status: 'declined', declineKind: 'soft' });
  });
});

it('what was found before another send of the attempt says nothing about that send', async () => {
  const { id } = await life.subscribe();
  life.provider.script({ next: ['timeout_before', 'requires_action'] });
  await life.liveTo(boundary);
  const { id: attemptId, ...first } = await lastAttempt(id);
  expect(first).toMatchObject({ status: 'unknown', sendCount: 1 });
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  life.provider.lookUp = async () => {
    life.provider.lookUp = lookUp;
    asked.resolve();
    await answered.promise;
    return { kind: 'found', outcome: declined('sch_1'), amountMinor: 1999, currency: 'USD' };
  };
  const late = notify(attemptId);
  await asked.promise;
  await life.live(5 * SECOND_MS);
  expect(await lastAttempt(id)).toMatchObject({ status: 'requires_action', sendCount: 2 });
  answered.resolve();
  await late;
  expect(await lastAttempt(id)).toMatchObject({ status: 'requires_action' });
});
