import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChargeRequest, LookUpResult } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';

closePoolsAfterAll();

let life: BillingLife;
/** Every call that reached the provider, by its idempotency key. */
let sent: string[];
let lookedUpAt: number[];
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
  sent = [];
  lookedUpAt = [];
  const { charge, lookUp } = life.provider;
  life.provider.charge = (request: ChargeRequest) => {
    sent.push(request.idempotencyKey);
    return charge.call(life.provider, request);
  };
  life.provider.lookUp = (request) => {
    lookedUpAt.push(life.now());
    return lookUp.call(life.provider, request);
  };
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const lastAttempt = async (id: SubscriptionId) => (await life.rows('payment_attempts', id)).at(-1);

/** A renewal whose one send came to nothing known. */
async function renewWith(...next: string[]) {
  const { id, customerId } = await life.subscribe();
  life.provider.script({ next });
  sent = [];
  lookedUpAt = [];
  life.skipTo(boundary);
  await life.drive(id);
  return { id, customerId };
}

/** Nothing at the provider is known of any attempt, however it is asked. */
function knowNothing(): void {
  life.provider.lookUp = async () => {
    lookedUpAt.push(life.now());
    return { kind: 'not_found' } satisfies LookUpResult;
  };
}

describe('an outcome that is not known', () => {
  it.each(['timeout_after', 'error_after', 'reset_after'])(
    'after %s is looked up within 5 s, and found paid: one key, no second attempt',
    async (behaviour) => {
      const { id } = await renewWith(behaviour);
      expect(await lastAttempt(id)).toMatchObject({ status: 'unknown', leaseId: null });
      expect(await life.sub(id)).toMatchObject({ status: 'active', nextKind: 'look_up' });
      await life.live(5 * SECOND_MS);
      expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', number: 1, sendCount: 1 });
      expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
      expect(sent).toHaveLength(1);
    },
  );

  it.each(['timeout_before', 'error_before'])(
    'after %s is not found, and the same attempt is sent again under the same key',
    async (behaviour) => {
      const { id } = await renewWith(behaviour);
      await life.live(5 * SECOND_MS);
      expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', number: 1, sendCount: 2 });
      expect(sent).toHaveLength(2);
      expect(new Set(sent).size).toBe(1);
      expect((await life.rows('payments', id)).at(-1)).toMatchObject({ attemptsCount: 1 });
    },
  );

  it('stays unknown where the provider itself has not decided, and follows its decision', async () => {
    const { id } = await renewWith('pending:300000');
    await life.live(MINUTE_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown', resolveCount: 1 });
    expect(sent).toHaveLength(1);
    const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 });
    life.provider.lookUp = async () => ({
      kind: 'found',
      outcome: {
        kind: 'declined',
        providerChargeId: charges[1]?.providerChargeId ?? '',
        declineKind: 'soft',
        code: 'generic_decline',
        message: '',
      },
      amountMinor: 1999,
      currency: 'USD',
    });
    await life.live(10 * MINUTE_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'declined' });
    expect(await life.sub(id)).toMatchObject({ status: 'past_due' });
  });

  it('F4: is sent again inside the key’s window only; after it come look-ups alone, and in the end a person', async () => {
    const { id } = await renewWith('timeout_before');
    knowNothing();
    life.provider.script({ next: Array.from({ length: 10 }, () => 'timeout_before') });
    await life.live(30 * DAY_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'needs_review', resolveAt: null });
    const window = life.provider.capabilities.idempotencyWindowMs;
    expect(lookedUpAt.map((at) => at - boundary)).toHaveLength(8);
    expect(lookedUpAt[0]).toBeLessThanOrEqual(boundary + 5 * SECOND_MS);
    expect(lookedUpAt.some((at) => at > boundary + window)).toBe(true);
    expect(sent).toHaveLength(4);
    expect(new Set(sent).size).toBe(1);
    expect(await life.rows('payment_attempts', id)).toHaveLength(2);
    expect(await life.sub(id)).toMatchObject({ status: 'active', nextKind: 'none', periodEndAt: boundary });
  });

  it('is never sent again once its key’s window is over, also when nobody was awake inside it', async () => {
    const { id } = await renewWith('timeout_before');
    life.skip(2 * DAY_MS);
    await life.settle();
    expect(sent).toHaveLength(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown', sendCount: 1 });
  });

  it('is not sent again by a process that stood still past that window once it had decided to', async () => {
    const { id } = await renewWith('timeout_before');
    const { lookUp } = life.provider;
    const { sendIntents } = life.context;
    life.provider.lookUp = async (request) => {
      life.provider.lookUp = lookUp;
      // Each transaction ends with it: the next one decides to send, the one after that takes the lease.
      life.context.sendIntents = (owed) => {
        Object.assign(life.context, { sendIntents });
        sendIntents(owed);
        life.skip(2 * DAY_MS);
      };
      return lookUp.call(life.provider, request);
    };
    await life.live(5 * SECOND_MS);
    expect(life.now()).toBeGreaterThan(boundary + life.provider.capabilities.idempotencyWindowMs);
    expect(sent).toHaveLength(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown', sendCount: 1 });
    await life.live(30 * DAY_MS);
    expect(sent).toHaveLength(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'needs_review' });
  });

  it('is not taken for “not found” while the provider cannot be asked', async () => {
    const { id } = await renewWith('timeout_after');
    const { lookUp } = life.provider;
    life.provider.lookUp = async () => {
      throw new ProviderError('not_sent', 'unavailable');
    };
    await life.live(MINUTE_MS);
    expect(sent).toHaveLength(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown', resolveCount: 1 });
    life.provider.lookUp = lookUp;
    await life.live(10 * MINUTE_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded' });
  });

  it('is never taken for ours where another amount stands under it: a person decides', async () => {
    const { id } = await renewWith('timeout_before');
    life.provider.lookUp = async () => ({
      kind: 'found',
      outcome: { kind: 'succeeded', providerChargeId: 'sch_other', message: '' },
      amountMinor: 1,
      currency: 'USD',
    });
    await life.live(MINUTE_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'needs_review' });
    expect(await life.actions(id)).toContain('needs_review');
  });

  it('bars every other attempt on its invoice, whatever the customer does meanwhile', async () => {
    const { id, customerId } = await renewWith('timeout_before');
    knowNothing();
    const other = await life.addMethod(customerId, 'tok_ok');
    await life.owner`update customers set default_payment_method_id = ${other} where id = ${customerId}`;
    life.skip(2 * DAY_MS);
    await life.settle();
    expect(await life.rows('payment_attempts', id)).toHaveLength(2);
  });
});

describe('a charge that was certainly not sent', () => {
  it.each(['unreachable', 'rate_limited:120000'])(
    'for %s is retried later, and counts as no attempt',
    async (behaviour) => {
      const { id } = await renewWith(behaviour);
      expect(await lastAttempt(id)).toMatchObject({ status: 'not_sent', leaseId: null });
      expect((await life.rows('payments', id)).at(-1)).toMatchObject({ status: 'pending', attemptsCount: 0 });
      const { sendAt } = (await lastAttempt(id)) ?? {};
      expect((sendAt ?? 0) - life.now()).toBeGreaterThanOrEqual(
        behaviour === 'unreachable' ? 10 * SECOND_MS : 2 * MINUTE_MS,
      );
      await life.live(5 * MINUTE_MS);
      expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', number: 1, sendCount: 2 });
      expect((await life.rows('payments', id)).at(-1)).toMatchObject({ status: 'completed', attemptsCount: 1 });
    },
  );

  it('for hours is tried less and less often, under one key, and the subscription goes on', async () => {
    const { id } = await renewWith(...Array.from({ length: 500 }, () => 'unreachable'));
    await life.live(12 * HOUR_MS);
    expect(sent.length).toBeLessThan(80);
    expect(sent.length).toBeGreaterThan(30);
    expect(new Set(sent).size).toBe(1);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });
});

describe('a lease', () => {
  it('bars a second sender: it makes no call and answers from the row', async () => {
    const { id } = await life.subscribe();
    life.skipTo(boundary);
    sent = [];
    const { charge } = life.provider;
    let second: unknown;
    life.provider.charge = async (request) => {
      second ??= await life.drive(id);
      return charge.call(life.provider, request);
    };
    await life.drive(id);
    expect(second).toMatchObject({ kind: 'sleep', sleepMs: MINUTE_MS });
    expect(sent).toHaveLength(1);
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', sendCount: 1 });
  });

  it('that has run out means the outcome is not known; the late sender’s answer still counts, once', async () => {
    const { id } = await life.subscribe();
    life.skipTo(boundary);
    const { charge } = life.provider;
    life.provider.charge = async (request) => {
      life.provider.charge = charge;
      const outcome = await charge.call(life.provider, request);
      await life.live(61 * SECOND_MS);
      expect(await lastAttempt(id)).toMatchObject({ status: 'unknown' });
      await life.live(10 * SECOND_MS);
      expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded' });
      return outcome;
    };
    await life.drive(id);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
    expect((await life.actions(id)).filter((action) => action === 'renewed')).toHaveLength(1);
    expect((await life.rows('payments', id)).at(-1)).toMatchObject({ capturedMinor: 1999 });
  });

  it('of a sender that was late to say “not known” changes nothing that others have found', async () => {
    const { id } = await life.subscribe();
    life.skipTo(boundary);
    const { charge } = life.provider;
    life.provider.charge = async (request) => {
      life.provider.charge = charge;
      await charge.call(life.provider, request);
      await life.live(2 * MINUTE_MS);
      throw new ProviderError('unknown', 'timeout');
    };
    await life.drive(id);
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded' });
  });

  it('of a late sender that certainly sent nothing does not undo the send that followed it', async () => {
    const { id } = await life.subscribe();
    life.skipTo(boundary);
    const { charge } = life.provider;
    life.provider.charge = async () => {
      life.provider.charge = charge;
      await life.live(2 * MINUTE_MS);
      throw new ProviderError('not_sent', 'deadline_passed');
    };
    await life.drive(id);
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', sendCount: 2 });
    expect((await life.rows('payments', id)).at(-1)).toMatchObject({ attemptsCount: 1, status: 'completed' });
  });

  it.each(['not_sent', 'unknown'] as const)(
    'that another sender holds by now is not ended by a late “%s”',
    async (kind) => {
      const { id } = await life.subscribe();
      life.skipTo(boundary);
      const { charge } = life.provider;
      const first = Promise.withResolvers<never>();
      const second = Promise.withResolvers<void>();
      const calls = [
        () => first.promise,
        async (request: ChargeRequest) => {
          await second.promise;
          return charge.call(life.provider, request);
        },
      ];
      life.provider.charge = (request) => (calls.shift() ?? charge.bind(life.provider))(request);
      const late = life.drive(id);
      await expect.poll(() => calls.length, { interval: 5 }).toBe(1);
      life.skip(MINUTE_MS);
      await life.drive(id);
      life.skip(5 * SECOND_MS);
      const holder = life.drive(id);
      await expect.poll(() => calls.length, { interval: 5 }).toBe(0);
      const held = await lastAttempt(id);
      first.reject(new ProviderError(kind, 'late'));
      await late;
      expect(await lastAttempt(id)).toEqual(held);
      second.resolve();
      await holder;
      expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', sendCount: 2 });
      expect((await life.rows('payments', id)).at(-1)).toMatchObject({ attemptsCount: 1 });
    },
  );

  it('that the request could not be written within is not sent at all', async () => {
    const { id } = await life.subscribe();
    life.skipTo(boundary);
    const { charge } = life.provider;
    life.provider.charge = (request) => charge.call(life.provider, { ...request, deadlineAtMonotonicMs: 0 });
    await life.drive(id);
    expect(await lastAttempt(id)).toMatchObject({ status: 'not_sent' });
    life.provider.charge = charge;
    await life.live(MINUTE_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded' });
  });
});
