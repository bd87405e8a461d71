import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NextStep } from '../billing/steps/next-step.ts';
import { ended, infrastructureFailure, sleepFor, stepFailure, withScriptedRow } from '../tests/support/scripted-row.ts';
import { startWorkflowHarness, type WorkflowHarness } from '../tests/support/workflow-harness.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
let harness: WorkflowHarness;

beforeAll(async () => {
  harness = await startWorkflowHarness();
});
afterAll(() => harness.stop());

const gapsMs = (instants: readonly number[]): number[] =>
  instants.slice(1).map((at, index) => at - (instants[index] ?? 0));

// Never sooner; and later only by what a busy machine takes.
function expectGaps(instants: readonly number[], seconds: readonly number[]): void {
  const gaps = gapsMs(instants);
  expect(gaps).toHaveLength(seconds.length);
  seconds.forEach((second, index) => {
    expect(gaps[index]).toBeGreaterThanOrEqual(second * 1_000 - 50);
    expect(gaps[index]).toBeLessThan(second * 1_000 + 8_000);
  });
}

describe('a step of the database', () => {
  it('that throws is noted every time, and the third parks: the workflow then sleeps and answers wakes', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      row.decide = () => Promise.reject(stepFailure('invariant broken: an invoice has lines'));
      row.decideAfterFailure = (failures) => sleepFor(failures < 3 ? minuteMs : 3_650 * dayMs);
      await engine.start(row.start(0));
      await harness.skip(30 * dayMs);
      const noted = { step: 'takeStep', input: row.ref, error: 'invariant broken: an invoice has lines' };
      expect(row.failures).toEqual([noted, noted, noted]);
      expectGaps(row.looks, [60, 60]);
      row.decide = () => sleepFor(dayMs);
      await engine.wake(row.ref);
      expect(row.looks).toHaveLength(4);
    }));

  it('is tried again for ever while the database is away, at most 30 s apart, and never counted', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      row.decide = (look) => (look < 12 ? Promise.reject(infrastructureFailure('connection refused')) : ended);
      await engine.start(row.start(0));
      await expect(harness.result(row.ref)).resolves.toBe('Canceled after 3 periods');
      expect(row.looks).toHaveLength(12);
      expectGaps(row.looks, [0, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30]);
      expect(row.failures).toEqual([]);
    }));

  it('is noted for ever until its failure can be written down', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      row.decide = (look) => (look === 1 ? Promise.reject(stepFailure('broken')) : ended);
      let refusals = 0;
      row.decideAfterFailure = (failures) => {
        if (failures < 8) {
          refusals += 1;
          throw new Error('the database is away');
        }
        return sleepFor(minuteMs);
      };
      await engine.start(row.start(0));
      await expect(harness.result(row.ref)).resolves.toBe('Canceled after 3 periods');
      expect(refusals).toBe(7);
    }));
});

describe('a call to a provider', () => {
  it('that throws is noted as that call', () =>
    withScriptedRow(
      harness,
      async (row, { engine }) => {
        row.decide = () => row.charge();
        row.decideAfterFailure = () => ended;
        await engine.start(row.start(0));
        await harness.result(row.ref);
        const input = { ...row.ref, subjectId: 'att_1' };
        expect(row.failures).toEqual([{ step: 'chargeAttempt', input, error: 'rejected: bad_request' }]);
      },
      { chargeAttempt: () => Promise.reject(stepFailure('rejected: bad_request')) },
    ));

  it('that was certainly not sent is tried four times with the delay the provider asked for; then the row decides', () => {
    const tries: number[] = [];
    const chargeAttempt = async (): Promise<NextStep> => {
      tries.push(await harness.now());
      throw ApplicationFailure.create({ message: '429', type: 'ProviderNotReached', nextRetryDelay: 20_000 });
    };
    return withScriptedRow(
      harness,
      async (row, { engine }) => {
        row.decide = (look) => (look === 1 ? row.charge() : ended);
        await engine.start(row.start(0));
        await harness.result(row.ref);
        expectGaps(tries, [20, 20, 20]);
        expect(row.looks).toHaveLength(2);
        expect(row.failures).toEqual([]);
      },
      { chargeAttempt },
    );
  });

  it('that the row still wants after four tries is made again half a minute later', () => {
    const chargeAttempt = () => Promise.reject(ApplicationFailure.create({ type: 'ProviderNotReached' }));
    return withScriptedRow(
      harness,
      async (row, { engine }) => {
        row.decide = (look) => (look < 3 ? row.charge() : ended);
        await engine.start(row.start(0));
        await harness.result(row.ref);
        expectGaps(row.looks, [7, 30]);
        expect(row.failures).toEqual([]);
      },
      { chargeAttempt },
    );
  });
});

describe('a run', () => {
  it('takes at most 50 steps and goes on in the next run a second later', () => {
    const calls: number[] = [];
    let answer: NextStep = ended;
    return withScriptedRow(
      harness,
      async (row, { engine }) => {
        row.decide = (look) => (look === 1 ? row.charge() : ended);
        answer = row.charge();
        await engine.start(row.start(0));
        await harness.result(row.ref);
        expect(calls).toHaveLength(49);
        expect(row.looks).toHaveLength(2);
        expect((row.looks[1] ?? 0) - (calls.at(-1) ?? 0)).toBeGreaterThanOrEqual(1_000);
      },
      {
        chargeAttempt: async () => {
          calls.push(await harness.now());
          return answer;
        },
      },
    );
  });

  it('sleeps a minute on a step of a newer release', () =>
    withScriptedRow(harness, async (row, { engine }) => {
      const unknown = { kind: 'hibernate', summary: 'Not known here' } as unknown as NextStep;
      row.decide = (look) => (look === 1 ? unknown : ended);
      await engine.start(row.start(0));
      await expect(harness.result(row.ref)).resolves.toBe('Canceled after 3 periods');
      expectGaps(row.looks, [60]);
    }));
});
