import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type ReplayResult,
  Runtime,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { beforeAll, expect, it } from 'vitest';
import { loadWorkflowBundle } from '../workers/workflow-bundle.ts';
import { type RecordedHistory, readHistories } from './support/recorded-histories.ts';

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
});

async function replay(histories: RecordedHistory[], workflowBundle: WorkflowBundleOption): Promise<ReplayResult[]> {
  return Array.fromAsync(Worker.runReplayHistories({ workflowBundle, replayName: 'recorded' }, histories));
}

it('replays every recorded history, so that a release finds its way in runs the one before has begun', async () => {
  const histories = readHistories();
  expect(histories.length).toBeGreaterThanOrEqual(18);
  const failed = (await replay(histories, await loadWorkflowBundle())).filter(({ error }) => error !== undefined);
  expect(failed.map(({ workflowId, error }) => `${workflowId}: ${String(error)}`)).toEqual([]);
});

it('refuses code whose commands come in another order, in every history', async () => {
  const changed = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'support', 'changed-workflow.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const histories = readHistories();
  const results = await replay(histories, changed);
  expect(results.map(({ workflowId, error }) => `${workflowId}: ${error?.name}`)).toEqual(
    histories.map(({ workflowId }) => `${workflowId}: DeterminismViolationError`),
  );
});
