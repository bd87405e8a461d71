import type { Client } from '@temporalio/client';
import { workflowTypes } from '../../../adapters/engine/temporal/temporal-engine.ts';

const readsAtOnce = 8;

/** What the engine keeps of the workflows that ran last, memo and payloads decoded. Answers how many it read. */
export async function readHistories(
  client: Client,
  wanted: { tenantId: string | null; workflowsMax: number },
  take: (history: { workflowId: string; runId: string; texts: string[] }) => void,
): Promise<number> {
  const runs = await listRuns(client, wanted);
  const waiting = [...runs];
  async function readNext(): Promise<void> {
    for (let run = waiting.pop(); run !== undefined; run = waiting.pop()) {
      const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
      take({ ...run, texts: textsIn(history.events) });
    }
  }
  await Promise.all(Array.from({ length: readsAtOnce }, readNext));
  return runs.length;
}

async function listRuns(client: Client, { tenantId, workflowsMax }: { tenantId: string | null; workflowsMax: number }) {
  const ofTenant = tenantId === null ? '' : ` and TenantId = '${tenantId}'`;
  const query = `WorkflowType in (${workflowTypes.map((type) => `'${type}'`).join(', ')})${ofTenant}`;
  const runs: { workflowId: string; runId: string }[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: workflowsMax })) {
    runs.push({ workflowId, runId });
    if (runs.length >= workflowsMax) break;
  }
  return runs;
}

/** Every text in it, however deep; the engine's payloads are bytes. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
