import { DefaultLogger, type ReplayResult, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, it } from 'vitest';
import { loadWorkflowBundle } from '../workers/workflow-bundle.ts';
import { type RecordedHistory, readHistories } from './support/recorded-histories.ts';

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
});

async function replay(histories: RecordedHistory[]): Promise<ReplayResult[]> {
  const options = { workflowBundle: await loadWorkflowBundle(), replayName: 'recorded' };
  return Array.fromAsync(Worker.runReplayHistories(options, histories));
}

it('replays every recorded history, so that a release finds its way in runs the one before has begun', async () => {
  const histories = readHistories();
  expect(histories.length).toBeGreaterThanOrEqual(10);
  const failed = (await replay(histories)).filter(({ error }) => error !== undefined);
  expect(failed.map(({ workflowId, error }) => `${workflowId}: ${String(error)}`)).toEqual([]);
});

it('notices code whose commands come in another order', async () => {
  const renewal = readHistories().find(({ workflowId }) => workflowId === 'renewal');
  const changed = JSON.parse(JSON.stringify(renewal).replaceAll('chargeAttempt', 'captureAttempt')) as RecordedHistory;
  const [result] = await replay([changed]);
  expect(result?.error?.name).toBe('DeterminismViolationError');
});
