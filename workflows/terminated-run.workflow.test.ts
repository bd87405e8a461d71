import { afterAll, beforeAll, expect, it } from 'vitest';
import { holdCharge, sleepFor, withScriptedRow } from '../tests/support/scripted-row.ts';
import { startWorkflowHarness, type WorkflowHarness } from '../tests/support/workflow-harness.ts';

let harness: WorkflowHarness;

// A server of its own: it skips no time any more once a run was terminated with a call under way.
beforeAll(async () => {
  harness = await startWorkflowHarness();
});
afterAll(() => harness.stop());

it('starts anew after a termination between the acceptance of a wake and the look it asked for', () => {
  const charge = holdCharge(harness.now);
  return withScriptedRow(
    harness,
    async (row, { engine }) => {
      row.decide = (look) => (look === 1 ? row.charge() : sleepFor(3_600_000));
      await engine.start(row.start(0));
      await expect.poll(() => charge.started.length).toBe(1);
      await engine.wake(row.ref);
      await harness.terminateOpen(row.ref);
      charge.release();
      expect(row.looks).toHaveLength(1);
      await engine.wake(row.ref);
      expect(row.looks).toHaveLength(2);
      expect(charge.started).toHaveLength(1);
    },
    charge,
  );
});
