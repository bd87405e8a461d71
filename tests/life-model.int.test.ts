import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DomainError } from '../domain/errors.ts';
import { DAY_MS } from '../domain/instant.ts';
import { runStep, type Step } from './life-model/commands.ts';
import { amounts, type Model, newModel } from './life-model/model.ts';
import { passTime } from './life-model/pass-time.ts';
import { carryOut, type Real, scriptProvider, stateOf } from './life-model/real-life.ts';
import { closePoolsAfterAll, openLife } from './support/billing-life.ts';
import { expectInvariants } from './support/expect-invariants.ts';
import { stackEnv } from './support/stack-env.ts';

closePoolsAfterAll();

function expected(model: Model): Awaited<ReturnType<typeof stateOf>> {
  const { status, quantity, plan, periodStartAt, periodEndAt, creditMinor, cancelAt, pause, upgrade, scheduled } =
    model;
  const isOver = status === 'canceled' || status === 'payment_failed';
  const entries = Object.entries(model.ledger).filter(([, sum]) => sum !== 0);
  return {
    ...{ status, quantity, plan, periodStartAt, periodEndAt, creditMinor, cancelAt },
    pauseRemainingMs: pause?.remainingMs ?? null,
    waitsFor: upgrade && !isOver ? 'payment' : scheduled ? 'period_end' : null,
    invoices: model.invoices.map((row) => [row.kind, row.status, row.subtotalMinor, row.totalMinor]),
    ledger: Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b))),
    ...{ attemptCount: model.attemptCount, refundedMinor: model.refundedMinor },
  };
}

/** Often fewer than before, so that credit is there to be used, and given back. */
const quantities = fc.constantFrom(1, 1, 2, 4);
const proration = fc.constantFrom('next_invoice', 'invoice_now', 'invoice_now', 'none');
const begin: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ command: fc.constant('create'), quantity: quantities }),
  fc.record({ command: fc.constant('trial'), quantity: quantities, days: fc.integer({ min: 1, max: 20 }) }),
);
const goOn: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      command: fc.constant('change'),
      plan: fc.constantFrom('small', 'large'),
      quantity: quantities,
      proration,
      effective: fc.constantFrom('now', 'now', 'now', 'period_end'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ command: fc.constant('advanceClock'), days: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ command: fc.constant('pause'), days: fc.option(fc.integer({ min: 1, max: 50 })) }),
  },
  { weight: 3, arbitrary: fc.record({ command: fc.constantFrom('payFail'), kind: fc.constantFrom('soft', 'hard') }) },
  {
    weight: 1,
    arbitrary: fc.record({ command: fc.constant('cancel'), at: fc.constantFrom('now', 'period_end', 'period_end') }),
  },
  { weight: 3, arbitrary: fc.record({ command: fc.constant('refund'), share: fc.constantFrom(1, 30, 50, 100, 100) }) },
  {
    weight: 7,
    arbitrary: fc.record({
      command: fc.constantFrom(
        'resume',
        'uncancel',
        'payOk',
        'newMethod',
        'duplicateWebhook',
        'unknownThenFound',
        'unknownThenFound',
      ),
    }),
  },
) as fc.Arbitrary<Step>;

const sequence = fc.record({
  day: fc.nat({ max: 60 }),
  zone: fc.constantFrom('UTC', 'Europe/Berlin'),
  mode: fc.constantFrom<Model['mode']>('ok', 'ok', 'ok', 'soft'),
  firstUnknown: fc.boolean(),
  begin,
  steps: fc.array(fc.record({ step: goOn, waitMs: fc.constantFrom(0, 10_000) }), { minLength: 3, maxLength: 9 }),
});

const seen = new Set<string>();

async function live(of: typeof sequence extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  const startsAt = Date.parse('2026-01-20T09:30:00.000Z') + of.day * DAY_MS;
  const life = await openLife(new Date(startsAt).toISOString());
  const [small, large] = await Promise.all([
    life.makePlan({ amountMinor: amounts.small }),
    life.makePlan({ amountMinor: amounts.large }),
  ]);
  const model = Object.assign(newModel(startsAt, of.zone), { mode: of.mode, nextUnknown: of.firstUnknown });
  const provider = scriptProvider(life, model);
  provider.sync();
  const first = of.begin as Extract<Step, { command: 'create' | 'trial' }>;
  const subscribed = await life.subscribe({
    ...{ planId: small, timezone: of.zone, quantity: first.quantity },
    trialPeriodDays: first.command === 'trial' ? first.days : 0,
  });
  const real: Real = { life, plans: { small, large }, subscribed };
  expect(subscribed.answer.status).toBe(runStep(model, first));
  for (const { step, waitMs } of of.steps) {
    const ms = step.command === 'advanceClock' ? step.days * DAY_MS : waitMs;
    const answered = runStep(model, step);
    if (step.command === 'payOk' || step.command === 'payFail' || step.command === 'unknownThenFound') provider.sync();
    const answer = await carryOut(real, step).then(
      (done) => done?.status ?? null,
      (error: unknown) => {
        if (error instanceof DomainError) return error.code;
        throw error;
      },
    );
    expect(answer, `the answer to ${JSON.stringify(step)}`).toBe(answered);
    passTime(model, ms);
    await life.live(ms);
    expect(await stateOf(real), `after ${JSON.stringify(step)}`).toEqual(expected(model));
    seen.add(model.status);
    seen.add(`${step.command}: ${answered}`);
    for (const { kind, status } of model.invoices) seen.add(`${kind} ${status}`);
    if (model.refundedMinor > 0) seen.add('refunded');
    if (model.upgrade) seen.add('upgrade unknown');
    if (model.run) seen.add(`run ${model.run.state}`);
  }
  await expectInvariants(life);
}

/** What the sequences have to reach to be worth their time. */
const mustBeSeen = [
  ...['incomplete', 'trialing', 'active', 'past_due', 'paused', 'canceled', 'payment_failed'],
  ...[
    'change: 200',
    'refund: 201',
    'refund: refund_exceeds_captured',
    'refunded',
    'run unknown',
    'run retry',
    'run waiting',
    'period open',
    'period paid',
    'period void',
    'proration paid',
  ],
];

const runs = 320;
const lanes = 4;

it(`${runs} lives of any commands, dates and charges are what a model of them says, invoices and ledger included`, async () => {
  const seed = Number.parseInt(stackEnv().seed, 10) || Date.now() % 2 ** 31;
  console.log(`life-model: seed ${seed}`);
  const assert = (lane: number) =>
    fc.assert(fc.asyncProperty(sequence, live), { numRuns: runs / lanes, seed: seed + lane, endOnFailure: false });
  await Promise.all(Array.from({ length: lanes }, (_n, lane) => assert(lane)));
  expect([...seen]).toEqual(expect.arrayContaining(mustBeSeen));
}, 180_000);
