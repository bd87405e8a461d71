import { type Client, WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { type WorkflowRef as Ref, refOf, rowIdOf } from '../../../domain/workflow-ref.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { coalesceByKey } from '../coalesce-by-key.ts';
import type { EngineStart, SubscriptionEngine } from '../port.ts';

const wakeUpdate = 'wake';
const startedWithinMs = 10_000;

/** The types of the workflows that rows are behind; `workflows/` holds them by these names. */
export const workflowTypes = ['subscription', 'payment', 'refund'] as const;

function workflowTypeOf(ref: Ref): (typeof workflowTypes)[number] {
  return 'subscriptionId' in ref ? 'subscription' : ref.carries;
}

/** `sub:{tenant}:{id}`, `payment:{tenant}:{id}`, `refund:{tenant}:{id}`. */
export function workflowIdOf(ref: Ref): string {
  return `${'subscriptionId' in ref ? 'sub' : ref.carries}:${ref.tenantId}:${rowIdOf(ref)}`;
}

/** Null where the workflow is no row's. */
export function refOfWorkflowId(workflowId: string): Ref | null {
  const [kind, tenantId = '', id = ''] = workflowId.split(':');
  if (kind === 'sub') return { tenantId, subscriptionId: id };
  return kind === 'payment' || kind === 'refund' ? { tenantId, carrierId: id, carries: kind } : null;
}

function keyword(name: string, value: string) {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value };
}

// Argument order and content are what every run of the chain is continued with.
function argumentsOf(ref: Ref) {
  return [refOf(ref)];
}

/** Plan and status are a subscription's. */
function attributesOf({ tenantId, customerId, planId, status }: EngineStart) {
  return [
    keyword('TenantId', tenantId),
    keyword('CustomerId', customerId),
    ...(planId === null ? [] : [keyword('PlanId', planId)]),
    ...(status === null ? [] : [keyword('SubscriptionStatus', status)]),
  ];
}

export function createTemporalEngine(parts: {
  client: Client;
  taskQueue: string;
  acceptedWithinMs?: number;
}): SubscriptionEngine {
  const { client, taskQueue, acceptedWithinMs = 10_000 } = parts;

  // The client sleeps between its tries, also past the deadline of the call.
  const within = <T>(timeoutMs: number, what: string, call: () => Promise<T>): Promise<T> =>
    withDeadline(client.withDeadline(Date.now() + timeoutMs, call), timeoutMs, what);

  // A closed workflow rejects the start too: a subscription that has ended must not get a sleeper from a late start.
  async function start(wanted: EngineStart): Promise<'started' | 'already_awake'> {
    try {
      await within(startedWithinMs, 'the start', () =>
        client.workflow.start(workflowTypeOf(wanted), {
          workflowId: workflowIdOf(wanted),
          taskQueue,
          args: argumentsOf(wanted),
          startDelay: wanted.delayMs,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          memo: { ...wanted.shown },
          typedSearchAttributes: attributesOf(wanted),
          priority: { fairnessKey: wanted.tenantId },
        }),
      );
      return 'started';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already_awake';
      throw error;
    }
  }

  async function wake(ref: Ref): Promise<void> {
    const startWorkflowOperation = new WithStartWorkflowOperation(workflowTypeOf(ref), {
      workflowId: workflowIdOf(ref),
      taskQueue,
      args: argumentsOf(ref),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      typedSearchAttributes: [keyword('TenantId', ref.tenantId)],
      priority: { fairnessKey: ref.tenantId },
    });
    await within(acceptedWithinMs, 'the wake', () =>
      client.workflow.startUpdateWithStart(wakeUpdate, { waitForStage: 'ACCEPTED', startWorkflowOperation }),
    );
  }

  return { start, wake: coalesceByKey(workflowIdOf, wake) };
}
