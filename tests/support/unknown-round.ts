import { expect } from 'vitest';
import type { ChargeRequest } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, openLife } from './billing-life.ts';
import { expectInvariants } from './expect-invariants.ts';
import { createSeededRandom } from './seeded-random.ts';

const behaviours = ['timeout_after', 'error_after', 'reset_after', 'timeout_before', 'error_before', 'unreachable'];
const boundary = Date.parse('2026-02-28T10:00:00.000Z');

/**
 * F2–F4. Renewals whose provider loses answers before and after charging, and cannot be asked now and then, or not until its keys
 * are forgotten. Whatever comes: one key per attempt, none sent past the key's window, no second attempt beside an open one, no
 * invoice charged twice, and every attempt definite in the end or with a person.
 */
export async function runUnknownRound(seed: number): Promise<{ sends: number; reviews: number }> {
  const random = createSeededRandom(seed);
  const life = await openLife('2026-01-31T10:00:00.000Z');
  const ids = await Promise.all([life.subscribe(), life.subscribe(), life.subscribe()]);
  const sends = watchSends(life);
  const isMute = random.next() < 0.4;
  makeHardToAsk(life, () => (isMute ? life.now() < boundary + 26 * HOUR_MS : random.next() < 0.3));
  const next = Array.from({ length: 4 + random.below(12) }, () => random.pick(behaviours));
  life.provider.script({ tenantId: life.tenantId, next });
  await life.liveTo(boundary + random.below(30 * MINUTE_MS));
  await life.live(random.below(3 * HOUR_MS));
  await life.live(9 * DAY_MS);

  const reviews = await expectDecided(
    life,
    ids.map(({ id }) => id),
  );
  await expectWithinWindows(life, sends);
  await expectInvariants(life);
  return { sends: sends.length, reviews };
}

type Send = { attemptId: string; key: string; at: number };

function watchSends(life: BillingLife): Send[] {
  const sends: Send[] = [];
  const { charge } = life.provider;
  life.provider.charge = (request: ChargeRequest) => {
    sends.push({ attemptId: request.attemptId, key: request.idempotencyKey, at: life.now() });
    return charge.call(life.provider, request);
  };
  return sends;
}

function makeHardToAsk(life: BillingLife, isDeaf: () => boolean): void {
  const { lookUp } = life.provider;
  life.provider.lookUp = async (request) => {
    if (isDeaf()) throw new ProviderError('not_sent', 'unavailable');
    return lookUp.call(life.provider, request);
  };
}

async function expectDecided(life: BillingLife, ids: readonly Parameters<BillingLife['sub']>[0][]): Promise<number> {
  let reviews = 0;
  for (const id of ids) {
    const attempts = await life.rows('payment_attempts', id);
    reviews += attempts.filter(({ status }) => status === 'needs_review').length;
    const open = attempts.filter(({ status }) => ['created', 'sent', 'unknown', 'not_sent'].includes(status));
    expect(open, 'every attempt is definite, or with a person').toEqual([]);
    const perInvoice = Map.groupBy(attempts, ({ invoiceId }) => invoiceId);
    for (const [invoiceId, own] of perInvoice) {
      expect(await chargesOf(life, own), `invoice ${invoiceId} is charged at most once`).toBeLessThanOrEqual(1);
    }
  }
  return reviews;
}

async function chargesOf({ provider, tenantId }: BillingLife, attempts: readonly AttemptRow[]): Promise<number> {
  const ids = new Set<string>(attempts.map(({ id }) => id));
  const { charges } = await provider.listCharges({ tenantId, limit: 1_000 });
  return charges.filter(({ attemptId, status }) => status === 'succeeded' && ids.has(attemptId)).length;
}

async function expectWithinWindows(life: BillingLife, sends: readonly Send[]): Promise<void> {
  const { idempotencyWindowMs } = life.provider.capabilities;
  for (const [attemptId, own] of Map.groupBy(sends, (send) => send.attemptId)) {
    expect(new Set(own.map(({ key }) => key)), 'one key per attempt').toEqual(new Set([attemptId]));
    const [attempt] = await life.owner<AttemptRow[]>`select * from payment_attempts where id = ${attemptId}`;
    const late = own.filter(({ at }) => at >= (attempt?.firstSentAt ?? 0) + idempotencyWindowMs);
    expect(late, 'nothing is sent once the key may be forgotten').toEqual([]);
  }
}
