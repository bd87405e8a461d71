import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { temporal } from '@temporalio/proto';
import { expect } from 'vitest';

type History = temporal.api.history.v1.IHistory;

const folder = join(import.meta.dirname, '..', 'histories');

// Names of machines and paths of checkouts, which say nothing about the run.
const withoutOrigin = (key: string, value: unknown): unknown => {
  if (typeof value === 'string' && /^\d+@/.test(value)) return 'worker';
  return key === 'stackTrace' ? '' : value;
};

/** Kept as it is once it exists: a history of an earlier release is what replay is held to. Delete the file to record anew. */
export function keepHistory(name: string, history: History): void {
  const file = join(folder, `${name}.json`);
  if (existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  const json = JSON.parse(historyToJSON(history as never), withoutOrigin) as unknown;
  writeFileSync(file, `${JSON.stringify(json, null, 1)}\n`);
}

/** The run that was started first, once it is over. */
export async function firstRunOf(client: Client, workflowId: string): Promise<History> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const run = client.workflow.getHandle(workflowId, raw.workflowExecutionInfo?.firstRunId ?? undefined);
  await expect.poll(async () => shapeOf(await run.fetchHistory()), { timeout: 20_000 }).toMatch(/asleep$|ended$/);
  return run.fetchHistory();
}

export interface RecordedHistory {
  workflowId: string;
  history: unknown;
}

export function readHistories(): RecordedHistory[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({
      workflowId: name.replace('.json', ''),
      history: JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown,
    }));
}

/** The events that workflow code answers for, one word each. */
export function shapeOf(history: History): string {
  const words: Record<string, string> = {
    workflowExecutionUpdateAcceptedEventAttributes: 'woken',
    workflowExecutionCancelRequestedEventAttributes: 'cancel-requested',
    markerRecordedEventAttributes: 'local',
    activityTaskCompletedEventAttributes: 'done',
    activityTaskFailedEventAttributes: 'failed',
    upsertWorkflowSearchAttributesEventAttributes: 'attributes',
    workflowPropertiesModifiedEventAttributes: 'memo',
    workflowExecutionContinuedAsNewEventAttributes: 'asleep',
    workflowExecutionCompletedEventAttributes: 'ended',
  };
  const events = (history.events ?? []).map((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) return scheduled.activityType?.name ?? 'activity';
    return Object.keys(words).find((key) => event[key as keyof typeof event] != null);
  });
  return events.flatMap((event) => (event === undefined ? [] : [words[event] ?? event])).join(' ');
}
