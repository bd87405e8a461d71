import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, holdCharge, shown, sleepFor, withScriptedRow } from '../tests/support/scripted-row.ts';
import { startWorkflowHarness, type WorkflowHarness } from '../tests/support/workflow-harness.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
let harness: WorkflowHarness;

beforeAll(async () => {
  harness = await startWorkflowHarness();
});
afterAll(() => harness.stop());

/** Looks relative to an instant, in whole minutes: the skipped clock also runs. */
function minutesAfter(startedAt: number, looks: readonly number[]): number[] {
  return looks.map((at) => Math.round((at - startedAt) / minuteMs));
}

describe('sleeping', () => {
  it('looks at the row when the start delay is over and after every sleep the row asked for', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      const startedAt = await harness.now();
      row.decide = (look) => (look < 4 ? sleepFor(dayMs) : ended);
      expect(await engine.start(row.start(hourMs))).toBe('started');
      await expect(harness.result(row.ref)).resolves.toBe('Canceled after 3 periods');
      expect(minutesAfter(startedAt, row.looks)).toEqual([0, 1, 2, 3].map((day) => (hourMs + day * dayMs) / minuteMs));
    }));

  it('shows state, next action and last result while it sleeps, and its attributes when they change', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      row.decide = (look) =>
        sleepFor(dayMs, look === 2 ? { status: 'past_due', planId: 'plan_2', customerId: 'cus_1' } : null);
      await engine.start(row.start(hourMs));
      const first = await harness.describe(row.ref);
      expect(first).toMatchObject({ memo: shown, searchAttributes: { SubscriptionStatus: ['active'] } });
      await engine.wake(row.ref);
      await expect.poll(() => harness.runIdOf(row.ref)).not.toBe(first.runId);
      expect(await harness.describe(row.ref)).toMatchObject({
        memo: shown,
        searchAttributes: { SubscriptionStatus: ['active'], TenantId: [row.ref.tenantId] },
      });
      await engine.wake(row.ref);
      await expect
        .poll(async () => (await harness.describe(row.ref)).searchAttributes)
        .toMatchObject({ SubscriptionStatus: ['past_due'], PlanId: ['plan_2'], TenantId: [row.ref.tenantId] });
    }));

  it('never comes back sooner than after a second', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      row.decide = (look) => (look < 4 ? sleepFor(0) : ended);
      await engine.start(row.start(0));
      await harness.result(row.ref);
      const gaps = row.looks.slice(1).map((at, index) => at - (row.looks[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    }));
});

describe('waking', () => {
  it('ends the start delay', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      const startedAt = await harness.now();
      await engine.start(row.start(dayMs));
      await engine.wake(row.ref);
      expect(minutesAfter(startedAt, row.looks)).toEqual([0]);
    }));

  it('ends a sleep, and a date moved earlier is then met', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      const sleeps = [30 * dayMs, 3_000];
      row.decide = (look) => sleepFor(sleeps[look - 1] ?? 30 * dayMs);
      await engine.start(row.start(0));
      await expect.poll(() => row.looks.length).toBe(1);
      await engine.wake(row.ref);
      expect(row.looks).toHaveLength(2);
      await harness.skip(minuteMs);
      await expect.poll(() => row.looks.length).toBe(3);
      const [, second = 0, third = 0] = row.looks;
      expect(third - second).toBeGreaterThanOrEqual(3_000);
      expect(third - second).toBeLessThan(11_000);
    }));

  it('answers 25 wakes at once, and looks again after the last of them', () =>
    withScriptedRow(harness, async (row, workers) => {
      await workers.engine.start(row.start(dayMs));
      // Each from its own process: engines of one process would send fewer.
      const wakes = Array.from({ length: 25 }, () => harness.engineFor(workers.taskQueue).wake(row.ref));
      await Promise.all(wakes);
      const looks = row.looks.length;
      expect(looks).toBeGreaterThanOrEqual(1);
      expect(looks).toBeLessThanOrEqual(26);
      await workers.engine.wake(row.ref);
      expect(row.looks.length).toBeGreaterThan(looks);
    }));

  it('does not disturb a charge under way: 25 wakes during it, one charge', () => {
    const charge = holdCharge(harness.now);
    return withScriptedRow(
      harness,
      async (row, workers) => {
        row.decide = (look) => (look === 1 ? row.charge() : sleepFor(30 * dayMs));
        await workers.engine.start(row.start(0));
        await expect.poll(() => charge.started.length).toBe(1);
        await Promise.all(Array.from({ length: 25 }, () => harness.engineFor(workers.taskQueue).wake(row.ref)));
        expect(row.looks).toHaveLength(1);
        charge.release();
        await expect.poll(() => row.looks.length).toBe(2);
        await harness.skip(dayMs);
        expect(row.looks).toHaveLength(2);
        expect(charge.started).toHaveLength(1);
      },
      charge,
    );
  });

  it('starts a look of its own where the workflow has ended', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      row.decide = () => ended;
      await engine.start(row.start(0));
      await harness.result(row.ref);
      await engine.wake(row.ref);
      expect(row.looks).toHaveLength(2);
      expect(await harness.result(row.ref)).toBe('Canceled after 3 periods');
    }));

  it('does not start a sleeper beside an open or an ended workflow', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      row.decide = () => ended;
      await engine.start(row.start(hourMs));
      expect(await engine.start(row.start(hourMs))).toBe('already_awake');
      await harness.result(row.ref);
      expect(await engine.start(row.start(hourMs))).toBe('already_awake');
      expect(row.looks).toHaveLength(1);
    }));
});
