import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChargeOutcome } from '../../adapters/payments/port.ts';
import { newId } from '../../db/new-id.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
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

async function attemptOf(id: SubscriptionId, number = 0): Promise<AttemptRow> {
  const attempt = (await life.rows('payment_attempts', id))[number];
  if (!attempt) throw new Error('no attempt');
  return attempt;
}

/** A notification after which the provider tells of this charge under the attempt. */
async function tellOf(attempt: AttemptRow, outcome: ChargeOutcome, amountMinor: number): Promise<void> {
  const { lookUp } = life.provider;
  life.provider.lookUp = async () => ({ kind: 'found', outcome, amountMinor, currency: 'USD' });
  const event = { tenantId: life.tenantId, attemptId: attempt.id, consumer: 'test', eventId: newId('event') };
  await applyProviderEvent(life.context, event);
  life.provider.lookUp = lookUp;
}

async function noticesOf(id: SubscriptionId) {
  const rows = await life.owner<{ envelope: { data: object } }[]>`
    select envelope from outbox
    where subscription_id = ${id} and topic = 'notifications.requested' order by created_at`;
  return rows.map(({ envelope }) => envelope.data);
}

const paidOther: ChargeOutcome = { kind: 'succeeded', providerChargeId: 'sch_other', message: '' };

describe('another charge of an attempt that has been paid', () => {
  it.each([
    ['of another amount', paidOther, 999],
    ['of the same amount', paidOther, 1999],
    ['still open', { kind: 'pending', providerChargeId: 'sch_other' } as const, 999],
  ])('%s takes nothing back, and people hear of it', async (_, outcome, amountMinor) => {
    const { id } = await life.subscribe();
    const paid = await attemptOf(id);
    await tellOf(paid, outcome, amountMinor);
    expect(await attemptOf(id)).toEqual(paid);
    expect(await life.rows('payments', id)).toMatchObject([{ status: 'completed', capturedMinor: 1999 }]);
    expect(await life.rows('refunds', id)).toEqual([]);
    expect(await noticesOf(id)).toMatchObject([
      {
        kind: 'other_charge_found',
        details: { attempt_id: paid.id, provider_charge_id: 'sch_other', found_amount: amountMinor, amount: 1999 },
      },
    ]);
    expect(await life.actions(id)).toContain('other_charge_found');
  });

  it('that took nothing is nobody’s business', async () => {
    const { id } = await life.subscribe();
    const decline = { declineKind: 'soft', code: 'generic_decline', message: '' } as const;
    await tellOf(await attemptOf(id), { kind: 'declined', providerChargeId: 'sch_other', ...decline }, 999);
    expect(await noticesOf(id)).toEqual([]);
  });
});

it('an amount that is not ours under an attempt declined before leaves the retry alone, and people hear of it', async () => {
  const { id } = await life.subscribe();
  life.provider.script({ next: ['decline:generic_decline'] });
  await life.liveTo(boundary);
  const declined = await attemptOf(id, 1);
  expect(declined).toMatchObject({ status: 'declined' });
  await life.live(DAY_MS);
  expect(await attemptOf(id, 2)).toMatchObject({ status: 'succeeded' });
  await tellOf(declined, paidOther, 999);
  expect(await attemptOf(id, 1)).toEqual(declined);
  expect(await noticesOf(id)).toMatchObject([{ kind: 'other_charge_found' }]);
});

it('an amount that is not ours is given to a person once, however often it is told', async () => {
  const { id } = await life.subscribe();
  life.provider.script({ next: ['timeout_before'] });
  life.skipTo(boundary);
  await life.drive(id);
  const unknown = await attemptOf(id, 1);
  for (let time = 0; time < 3; time += 1) await tellOf(unknown, paidOther, 999);
  expect(await attemptOf(id, 1)).toMatchObject({ status: 'needs_review' });
  expect(await noticesOf(id)).toMatchObject([{ kind: 'attempt_needs_review' }]);
});
