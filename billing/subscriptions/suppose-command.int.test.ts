import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../contracts/answer.ts';
import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import type { PlanId, SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import { type BillingLife, closePoolsAfterAll, iso, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import type { Supposed } from './carry-out-supposed.ts';
import { changeSubscription } from './change-subscription.ts';
import { pauseSubscription } from './pause-subscription.ts';
import { renderLine } from './render-line.ts';
import { resumeSubscription } from './resume-subscription.ts';
import { supposeCommand } from './suppose-command.ts';
import { uncancelSubscription } from './uncancel-subscription.ts';

closePoolsAfterAll();

interface Foretold {
  compared_until: string | null;
  present: { due_now: number; total: number; data: Period[] };
  supposed: { due_now: number; total: number; data: Period[] };
  difference: number;
}
interface Period {
  period_start: string;
  period_end: string;
  due_at: string;
  total: number;
  lines: object[];
}

const periods = 12;
const suppose = (life: BillingLife, id: SubscriptionId, supposed: Supposed): Promise<Answer> =>
  supposeCommand(life.context, life.call, id, { supposed, periods });

/** The real command, the same words. */
function give({ context, call }: BillingLife, id: SubscriptionId, supposed: Supposed): Promise<Answer> {
  switch (supposed.kind) {
    case 'change':
      return changeSubscription(context, call, id, supposed.input);
    case 'pause':
      return pauseSubscription(context, call, id, supposed);
    case 'resume':
      return resumeSubscription(context, call, id);
    case 'cancel':
      return cancelSubscription(context, call, id, { at: supposed.at, reason: null });
    case 'uncancel':
      return uncancelSubscription(context, call, id);
  }
}

const isUnpaid = ({ status }: InvoiceRow) => status === 'draft' || status === 'open';
const sumOf = (invoices: readonly InvoiceRow[]) => invoices.reduce((sum, { totalMinor }) => sum + totalMinor, 0);

async function billedPeriods({ owner, tenantId }: BillingLife, invoices: readonly InvoiceRow[]): Promise<Period[]> {
  const billed: Period[] = [];
  for (const invoice of invoices) {
    const lines = await owner<InvoiceLine[]>`
      select kind, description, quantity, unit_amount_minor, amount_minor, starts_at, ends_at from invoice_lines
      where tenant_id = ${tenantId} and invoice_id = ${invoice.id} order by position`;
    billed.push({
      period_start: iso(invoice.periodStartAt) ?? '',
      period_end: iso(invoice.periodEndAt) ?? '',
      due_at: iso(invoice.periodStartAt) ?? '',
      total: invoice.totalMinor,
      lines: lines.map(renderLine),
    });
  }
  return billed;
}

/** Supposes it, gives it, lives on: what was foretold is what is billed, now and three periods on. */
async function expectForetold(life: BillingLife, id: SubscriptionId, supposed: Supposed): Promise<Foretold> {
  const stored = await life.sub(id);
  const before = await life.rows('invoices', id);
  const { body } = await suppose(life, id, supposed);
  expect(await life.sub(id), 'nothing is changed by supposing').toEqual(stored);
  const told = body as Foretold;
  expect(told.difference).toBe(told.supposed.total - told.present.total);

  expect((await give(life, id, supposed)).status).toBe(200);
  const after = await life.rows('invoices', id);
  const isNew = ({ id: one }: InvoiceRow) => before.every((old) => old.id !== one);
  const stillUnpaid = after.filter((invoice) => !isNew(invoice) && isUnpaid(invoice));
  expect(told.supposed.due_now, 'due now').toBe(sumOf([...stillUnpaid, ...after.filter(isNew)]));

  await life.settle();
  const next = told.supposed.data.slice(0, 3);
  await life.liveTo(next.at(-1)?.due_at ?? life.now() + 100 * DAY_MS);
  const known = new Set(after.map((invoice) => invoice.id));
  const later = (await life.rows('invoices', id)).filter((invoice) => !known.has(invoice.id));
  expect(await billedPeriods(life, later), 'what is billed').toEqual(
    next.map(({ period_start, period_end, due_at, total, lines }) => ({
      ...{ period_start, period_end, due_at, total, lines },
    })),
  );
  return told;
}

const change = (input: Partial<Extract<Supposed, { kind: 'change' }>['input']>): Supposed => ({
  kind: 'change',
  input: { effective: 'now', proration: 'next_invoice', ...input },
});

/** A monthly plan of 30.00, half of April gone. */
async function halfway() {
  const life = await openLife('2026-04-01T00:00:00.000Z');
  const plan = (amountMinor: number, interval = 'month') => life.makePlan({ amountMinor, interval });
  const [small, large, yearly] = [await plan(3000), await plan(6000), await plan(24_000, 'year')];
  const { id } = await life.subscribe({ planId: small });
  await life.liveTo('2026-04-16T00:00:00.000Z');
  return { life, id, small, large, yearly };
}
type Halfway = Awaited<ReturnType<typeof halfway>>;

describe('what would be billed is what is billed', () => {
  it.each<[string, (of: Halfway) => Supposed, { dueNow: number; first: [string, number] | null; difference: number }]>([
    [
      'an upgrade, the rest on the next invoice',
      ({ large }) => change({ planId: large }),
      { dueNow: 0, first: ['2026-05-01', 7500], difference: 1500 + 12 * 3000 },
    ],
    [
      'an upgrade charged now',
      ({ large }) => change({ planId: large, proration: 'invoice_now' }),
      { dueNow: 1500, first: ['2026-05-01', 6000], difference: 1500 + 12 * 3000 },
    ],
    [
      'a change at the end of the period',
      ({ large }) => change({ planId: large, effective: 'period_end' }),
      { dueNow: 0, first: ['2026-05-01', 6000], difference: 12 * 3000 },
    ],
    [
      'another interval: one year is compared with one year',
      ({ yearly }) => change({ planId: yearly }),
      { dueNow: 0, first: ['2026-04-16', 22_500], difference: 22_500 + 24_000 - 12 * 3000 },
    ],
    [
      'three seats instead of one',
      () => change({ quantity: 3 }),
      { dueNow: 0, first: ['2026-05-01', 12_000], difference: 3000 + 12 * 6000 },
    ],
    [
      'a later billing date',
      () => change({ nextBillingDate: '2026-05-16' }),
      { dueNow: 0, first: ['2026-05-16', 4500], difference: 1500 },
    ],
    [
      'a pause of a month and a half: one payment fewer within the year',
      () => ({ kind: 'pause', resumesAt: Date.parse('2026-06-01T00:00:00Z') }),
      { dueNow: 0, first: ['2026-06-16', 3000], difference: -3000 },
    ],
    [
      'a pause without an end',
      () => ({ kind: 'pause', resumesAt: null }),
      { dueNow: 0, first: null, difference: -12 * 3000 },
    ],
    ['a cancel now', () => ({ kind: 'cancel', at: 'now' }), { dueNow: 0, first: null, difference: -12 * 3000 }],
    [
      'a cancel at the end of the period',
      () => ({ kind: 'cancel', at: 'period_end' }),
      { dueNow: 0, first: null, difference: -12 * 3000 },
    ],
  ])('%s', async (_name, supposed, expected) => {
    const of = await halfway();
    const told = await expectForetold(of.life, of.id, supposed(of));
    const [first] = told.supposed.data;
    expect({
      dueNow: told.supposed.due_now,
      first: first ? [first.due_at.slice(0, 10), first.total] : null,
      difference: told.difference,
    }).toEqual(expected);
    await expectInvariants(of.life);
  });

  it('of a renewal nobody has paid, the invoice that is made anew', async () => {
    const life = await openLife('2026-04-01T00:00:00.000Z');
    const { id } = await life.subscribe({
      token: 'tok_decline_after_1',
      planId: await life.makePlan({ amountMinor: 3000 }),
    });
    await life.liveTo('2026-05-02T00:00:00.000Z');
    const { present, supposed, difference } = (await suppose(life, id, change({ quantity: 2 }))).body as Foretold;
    expect([present.due_now, supposed.due_now, difference]).toEqual([3000, 6000, 3000 + 12 * 3000]);
    const ended = (await suppose(life, id, { kind: 'cancel', at: 'now' })).body as Foretold;
    expect([ended.supposed.due_now, ended.supposed.total, ended.supposed.data]).toEqual([0, 0, []]);
  });

  it('after an uncancel, what it was before the cancel', async () => {
    const { life, id } = await halfway();
    await give(life, id, { kind: 'cancel', at: 'period_end' });
    const told = await expectForetold(life, id, { kind: 'uncancel' });
    expect([told.present.data, told.difference]).toEqual([[], 12 * 3000]);
  });

  it('is refused as the command is', async () => {
    const { life, id } = await halfway();
    expect(await refusalOf(suppose(life, id, { kind: 'resume' }))).toBe('invalid_state');
    expect(await refusalOf(suppose(life, id, { kind: 'uncancel' }))).toBe('invalid_state');
    const past = { kind: 'pause', resumesAt: life.now() - DAY_MS } as const;
    expect(await refusalOf(suppose(life, id, past))).toBe('invalid_request');
  });
});

const proration = fc.constantFrom('next_invoice' as const, 'invoice_now' as const, 'none' as const);
const effective = fc.constantFrom('now' as const, 'now' as const, 'period_end' as const);
type Drawn = { kind: 'command'; draw: (of: Halfway) => Supposed } | { kind: 'days'; days: number };
const command: fc.Arbitrary<(of: Halfway) => Supposed> = fc.oneof(
  fc.record({ plan: fc.constantFrom('small' as const, 'large' as const, 'yearly' as const), proration, effective }).map(
    ({ plan, ...rest }) =>
      (of: Halfway) =>
        change({ planId: of[plan] as PlanId, ...rest }),
  ),
  fc.record({ quantity: fc.integer({ min: 1, max: 5 }), proration, effective }).map((input) => () => change(input)),
  fc.record({ days: fc.integer({ min: 1, max: 50 }), proration }).map(({ days, ...rest }) => ({ life }: Halfway) => {
    const nextBillingDate = (iso(life.now() + days * DAY_MS) ?? '').slice(0, 10);
    return change({ nextBillingDate, ...rest });
  }),
  fc.option(fc.integer({ min: 1, max: 70 })).map(
    (days) =>
      ({ life }: Halfway): Supposed => ({
        ...{ kind: 'pause', resumesAt: days === null ? null : life.now() + days * DAY_MS },
      }),
  ),
  fc
    .constantFrom<Supposed>({ kind: 'resume' }, { kind: 'uncancel' }, { kind: 'cancel', at: 'period_end' })
    .map((supposed) => () => supposed),
);
const step: fc.Arbitrary<Drawn> = fc.oneof(
  command.map((draw) => ({ kind: 'command' as const, draw })),
  fc.integer({ min: 1, max: 40 }).map((days) => ({ kind: 'days' as const, days })),
);

const runs = 20;

it(
  'whatever came before, a command is billed as it was supposed, or refused as it was refused',
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 5 }), command, async (steps, last) => {
        const of = await halfway();
        const { life, id } = of;
        for (const one of steps) {
          if (one.kind === 'days') await life.live(one.days * DAY_MS);
          else await give(life, id, one.draw(of)).catch(() => undefined);
          await life.settle();
        }
        const supposed = last(of);
        const refused = await suppose(life, id, supposed).then(
          ({ status }) => status >= 400,
          () => true,
        );
        if (!refused) return void (await expectForetold(life, id, supposed));
        expect(await refusalOf(give(life, id, supposed))).toBe(await refusalOf(suppose(life, id, supposed)));
      }),
      { numRuns: runs, seed: Number.parseInt(stackEnv().seed, 10) || Date.now() % 2 ** 31 },
    ),
);
