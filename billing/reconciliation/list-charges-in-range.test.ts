import { expect, it } from 'vitest';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import type { ProviderCharge } from '../../adapters/payments/port.ts';
import { newId } from '../../db/new-id.ts';
import { createProviderGates } from '../attempts/provider-gates.ts';
import type { BillingContext } from '../context.ts';
import { withProvider } from './ask-provider.ts';
import { listChargesInRange } from './list-charges-in-range.ts';

const tenantId = newId('tenant');
const from = Date.parse('2026-05-01T00:00:00Z');
const to = Date.parse('2026-05-02T00:00:00Z');

/** A provider with charges at these seconds of the day, in pages of two. */
function providerWith(seconds: readonly number[]): FakePaymentProvider {
  const provider = new FakePaymentProvider();
  const all: ProviderCharge[] = seconds.map((second, index) => ({
    ...{ providerChargeId: `ch_${index}`, attemptId: `a${index}`, amountMinor: 1, currency: 'USD' },
    ...{ status: 'succeeded', refundedMinor: 0, createdAt: new Date(from + second * 1_000) },
  }));
  provider.listCharges = async ({ created, cursor = '0' }) => {
    const own = all.filter(({ createdAt }) => created && createdAt >= created.from && createdAt < created.to);
    const end = Number(cursor) + 2;
    return { charges: own.slice(Number(cursor), end), nextCursor: end < own.length ? String(end) : null };
  };
  return provider;
}

async function walk(seconds: readonly number[], chargesMax: number): Promise<string[][]> {
  const provider = providerWith(seconds);
  const context = { provider: () => provider } as unknown as BillingContext;
  const parts: string[][] = [];
  let startsAt = from;
  while (startsAt < to) {
    const range = { from: startsAt, to, chargesMax };
    const listed = await withProvider(context, 'sandbox', (asked) => listChargesInRange(asked, tenantId, range));
    parts.push(listed.charges.map(({ attemptId }) => attemptId));
    startsAt = listed.coveredTo;
  }
  return parts;
}

it.each([
  ['nothing', [], [[]]],
  ['less than fits', [1, 2, 3], [['a0', 'a1', 'a2']]],
  [
    'more than fits',
    [1, 2, 3, 4, 5, 6],
    [
      ['a0', 'a1', 'a2'],
      ['a3', 'a4', 'a5'],
    ],
  ],
  ['a cut that would part one instant', [1, 2, 2, 2, 3], [['a0'], ['a1', 'a2', 'a3', 'a4']]],
  [
    'more of one instant than fits',
    [1, 1, 1, 1, 1, 2, 3],
    [
      ['a0', 'a1', 'a2', 'a3', 'a4'],
      ['a5', 'a6'],
    ],
  ],
])('parts of a list tile without gap or overlap: %s', async (_name, seconds, parts) => {
  expect(await walk(seconds, 4)).toEqual(parts);
});

it('takes no place where callers who wait have them all, and leaves its own', async () => {
  const limits = { perSecond: 100, waiting: 1, inLine: 1 };
  const gates = createProviderGates({
    limitsOf: () => limits,
    rates: { take: async () => 0, close: async () => undefined },
  });
  const context = { provider: () => providerWith([]), gates } as unknown as BillingContext;
  await withProvider(context, 'sandbox', async () => {
    await expect(withProvider(context, 'sandbox', async () => 'in')).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
  });
  expect(await withProvider(context, 'sandbox', async () => 'in')).toBe('in');
});

it('waits for its turn within the provider’s rate', async () => {
  const delays = [5, 5, 0];
  const rates = { take: async () => delays.shift() ?? 0, close: async () => undefined };
  const gates = createProviderGates({ limitsOf: () => ({ perSecond: 1, waiting: 1, inLine: 1 }), rates });
  const context = { provider: () => providerWith([1]), gates } as unknown as BillingContext;
  const range = { from, to, chargesMax: 10 };
  const { charges } = await withProvider(context, 'sandbox', (asked) => listChargesInRange(asked, tenantId, range));
  expect([charges.length, delays]).toEqual([1, []]);
});
