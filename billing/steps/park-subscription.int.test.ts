import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';
import { changeSubscription } from '../subscriptions/change-subscription.ts';
import { pauseSubscription } from '../subscriptions/pause-subscription.ts';
import { readSubscription } from '../subscriptions/read-subscription.ts';
import { type RepairInput, repairSubscription } from './repair-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
let lookUp: BillingLife['provider']['lookUp'];
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
  lookUp = life.provider.lookUp;
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const repair = (id: SubscriptionId, action: RepairInput['action']) =>
  repairSubscription(life.context, life.call, id, { action, reason: 'looked at it' });

/** A renewal whose step throws each time it is taken: the provider refuses the request itself. */
async function failingRenewal() {
  const subscribed = await life.subscribe();
  const { charge } = life.provider;
  life.skipTo(boundary);
  life.provider.charge = async () => {
    throw new ProviderError('rejected', 'bad_request');
  };
  const mend = () => {
    life.provider.charge = charge;
  };
  return { ...subscribed, mend };
}

async function tryThrice(id: SubscriptionId): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await life.driveNotingFailures(id);
    life.skip(MINUTE_MS);
  }
}

describe('a step that throws', () => {
  it('is tried three times, further and further apart, and then parks its subscription alone', async () => {
    const other = await life.subscribe();
    const { id, mend } = await failingRenewal();
    for (const tries of [1, 2]) {
      expect(await life.driveNotingFailures(id)).toMatchObject({ kind: 'sleep', sleepMs: tries * 5 * SECOND_MS });
      expect(await life.sub(id)).toMatchObject({ parkedAt: null, fruitlessTries: tries });
      life.skip(MINUTE_MS);
    }
    await life.driveNotingFailures(id);
    expect(await life.sub(id)).toMatchObject({
      ...{ parkedAt: life.now(), wakeAt: Infinity, nextKind: 'none' },
      parked: { step: 'chargeAttempt', error: expect.stringContaining('bad_request') },
    });
    expect(await life.actions(id)).toContain('needs_attention');
    expect((await readSubscription(life.context, life.call, id)).body).toMatchObject({
      needs_attention: { step: 'chargeAttempt' },
      allowed_commands: ['change_metadata', 'cancel'],
    });
    mend();
    await life.settle();
    expect(await life.sub(other.id)).toMatchObject({ status: 'active', periodStartAt: boundary, parkedAt: null });
  });

  it('counts anew once a step has borne fruit', async () => {
    const { id, mend } = await failingRenewal();
    await life.driveNotingFailures(id);
    life.skip(MINUTE_MS);
    await life.driveNotingFailures(id);
    mend();
    life.skip(MINUTE_MS);
    await life.driveNotingFailures(id);
    expect(await life.sub(id)).toMatchObject({ status: 'active', fruitlessTries: 0, parkedAt: null });
  });

  it('on a broken invariant parks at once', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['timeout_after'] });
    life.skipTo(boundary);
    await life.drive(id);
    life.provider.lookUp = async () => {
      invariant(false, 'the provider answers about what it was asked');
      throw new Error('not reached');
    };
    life.skip(5 * SECOND_MS);
    await life.driveNotingFailures(id);
    expect(await life.sub(id)).toMatchObject({ parkedAt: life.now(), parked: { step: 'lookUpAttempt' } });
    life.provider.lookUp = lookUp;
  });
});

describe('a parked subscription', () => {
  it('takes metadata and a cancel, and refuses the rest with the reason', async () => {
    const { id } = await failingRenewal();
    await tryThrice(id);
    expect(await refusalOf(pauseSubscription(life.context, life.call, id, { resumesAt: null }))).toBe(
      'subscription_needs_attention',
    );
    const quantity = { quantity: 2, effective: 'now', proration: 'none' } as const;
    expect(await refusalOf(changeSubscription(life.context, life.call, id, quantity))).toBe(
      'subscription_needs_attention',
    );
    const metadata = { metadata: { seen: 'yes' }, effective: 'now', proration: 'none' } as const;
    expect((await changeSubscription(life.context, life.call, id, metadata)).status).toBe(200);
    expect(await life.sub(id)).toMatchObject({ wakeAt: Infinity });
    await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' });
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false });
  });

  it('learns facts from its provider all the same', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['timeout_after'] });
    life.skipTo(boundary);
    await life.drive(id);
    life.provider.lookUp = async () => {
      invariant(false, 'once');
      throw new Error('not reached');
    };
    life.skip(5 * SECOND_MS);
    await life.driveNotingFailures(id);
    life.provider.lookUp = lookUp;
    expect(await life.sub(id)).toMatchObject({ nextKind: 'look_up' });
    await life.live(10 * MINUTE_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
    expect((await life.sub(id)).parkedAt).not.toBeNull();
  });

  it('is set going again by a retry: the step is done, and the audit says who and why', async () => {
    const { id, mend } = await failingRenewal();
    await tryThrice(id);
    mend();
    expect((await repair(id, 'retry')).body).toMatchObject({ needs_attention: null });
    expect((await life.rows('intents', id)).at(-1)).toMatchObject({ kind: 'wake' });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({
      status: 'active',
      periodStartAt: boundary,
      parked: null,
      fruitlessTries: 0,
    });
    const [audit] = await life.owner`
      select actor, details from audit_log where tenant_id = ${life.tenantId} and action = 'subscription.repaired'`;
    expect(audit).toMatchObject({ actor: 'fixture', details: { action: 'retry', reason: 'looked at it' } });
  });

  it('can skip the period it could not bill: that stays unbilled, and the next one is billed at its boundary', async () => {
    const { id, mend } = await failingRenewal();
    await tryThrice(id);
    mend();
    await repair(id, 'skip');
    await life.live(DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary, basis: null });
    expect((await life.rows('billing_runs', id)).map(({ status }) => status)).toEqual(['settled', 'skipped']);
    await life.liveTo('2026-03-31T10:00:00.000Z');
    expect((await life.rows('invoices', id)).map(({ status }) => status)).toEqual(['paid', 'void', 'paid']);
  });

  it('cannot skip a period whose charge is undecided', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['pending:300000'] });
    life.skipTo(boundary);
    await life.drive(id);
    life.provider.lookUp = async () => {
      invariant(false, 'once');
      throw new Error('not reached');
    };
    life.skip(5 * SECOND_MS);
    await life.driveNotingFailures(id);
    life.provider.lookUp = lookUp;
    expect(await refusalOf(repair(id, 'skip'))).toBe('payment_in_flight');
    expect((await life.sub(id)).parkedAt).not.toBeNull();
  });

  it('that is not parked is not repaired', async () => {
    const { id } = await life.subscribe();
    expect(await refusalOf(repair(id, 'retry'))).toBe('invalid_state');
  });
});
