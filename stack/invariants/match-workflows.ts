import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { refOfWorkflowId, workflowIdOf, workflowTypes } from '../../adapters/engine/temporal/temporal-engine.ts';
import type { Sql } from '../../db/database.ts';
import type { Violation } from '../../db/queries/invariants.ts';
import { type EngineFact, pageEngineFacts, readEngineFact, refOfRow } from '../../db/queries/outside-facts.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type WorkflowRef as Ref, rowIdOf } from '../../domain/workflow-ref.ts';

const pageSize = 1_000;
const confirmingMax = 20;

export interface MatchedWorkflows {
  violations: Violation[];
  subscriptions: number;
  carriers: number;
  workflows: number;
}

export interface WorkflowParts {
  owner: Sql;
  client: Client;
  tenantId: TenantId | null;
  toleratedMs: number;
  onProgress: (line: string) => void;
}

type Problem = Pick<Violation, 'what' | 'row'>;

/**
 * I11: a subscription, payment or refund with something pending has one open workflow (their id admits no second) or an intent that will bring
 * one; one that has ended has none. The engine's list is read once and in bulk, and may lag: each misfit is confirmed by
 * asking for that workflow, then by reading its row again.
 */
export async function matchWorkflows(parts: WorkflowParts): Promise<MatchedWorkflows> {
  const { owner, tenantId } = parts;
  const open = await listOpen(parts);
  const unknown = new Set(open);
  const misfits: Ref[] = [];
  const looked = { subscriptions: 0, carriers: 0 };
  for (let after = { tenantId: '', id: '' }; ; ) {
    const page = await pageEngineFacts(owner, { tenantId, after, limit: pageSize });
    for (const fact of page) {
      const ref = refOfRow(fact);
      const workflowId = workflowIdOf(ref);
      unknown.delete(workflowId);
      looked[fact.kind === 'subscription' ? 'subscriptions' : 'carriers'] += 1;
      if (problemOf(fact, open.has(workflowId), parts.toleratedMs) !== null) misfits.push(ref);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = last;
    parts.onProgress(`${looked.subscriptions} subscriptions, ${looked.carriers} carriers matched with their workflows`);
  }
  misfits.push(...[...unknown].map(refOfWorkflowId).filter((ref) => ref !== null));
  const violations = await confirmAll(parts, misfits);
  return { violations, ...looked, workflows: open.size };
}

function problemOf(fact: EngineFact, isOpen: boolean, toleratedMs: number): Problem | null {
  if (fact.idleMs < toleratedMs) return null;
  const { tenantId, id, kind, status, nextKind } = fact;
  const row = { tenantId, id, status, nextKind, idleSeconds: Math.round(fact.idleMs / 1000) };
  if (fact.isEnded && isOpen) return { what: `a ${kind} has ended and its workflow has not`, row };
  if (fact.isEnded || nextKind === 'none' || isOpen || fact.hasIntent) return null;
  return { what: 'something is pending without an open workflow or an intent', row };
}

async function listOpen({ client, tenantId, onProgress }: WorkflowParts): Promise<Set<string>> {
  const ofTenant = tenantId === null ? '' : ` and TenantId = '${tenantId}'`;
  const types = workflowTypes.map((type) => `'${type}'`).join(', ');
  const query = `WorkflowType in (${types}) and ExecutionStatus = 'Running'${ofTenant}`;
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize })) {
    ids.add(workflowId);
    if (ids.size % 5_000 === 0) onProgress(`${ids.size} open workflows listed`);
  }
  return ids;
}

async function confirmAll(parts: WorkflowParts, misfits: readonly Ref[]): Promise<Violation[]> {
  const waiting = [...misfits];
  const violations: Violation[] = [];
  async function confirmNext(): Promise<void> {
    for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
      const problem = await confirm(parts, ref);
      if (problem !== null) violations.push({ invariant: 'I11', ...problem });
    }
  }
  await Promise.all(Array.from({ length: confirmingMax }, confirmNext));
  return violations;
}

async function confirm({ owner, client, toleratedMs }: WorkflowParts, ref: Ref): Promise<Problem | null> {
  const workflowId = workflowIdOf(ref);
  const isOpen = await isWorkflowOpen(client, workflowId);
  const fact = await readEngineFact(owner, ref.tenantId, rowIdOf(ref));
  if (fact !== null) return problemOf(fact, isOpen, toleratedMs);
  return isOpen ? { what: 'a workflow is open without its row', row: { ...ref, workflowId } } : null;
}

async function isWorkflowOpen(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
