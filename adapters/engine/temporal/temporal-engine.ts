import { type Client, WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { coalesceByKey } from '../coalesce-by-key.ts';
import type { EngineStart, SubscriptionEngine } from '../port.ts';

type Ref = Parameters<SubscriptionEngine['wake']>[0];

const workflowType = 'subscription';
const wakeUpdate = 'wake';
const startedWithinMs = 10_000;

export function workflowIdOf(ref: Ref): string {
  return `sub:${ref.tenantId}:${ref.subscriptionId}`;
}

function keyword(name: string, value: string) {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value };
}

// Argument order and content are what every run of the chain is continued with.
function argumentsOf({ tenantId, subscriptionId }: Ref) {
  return [{ tenantId, subscriptionId }];
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
        client.workflow.start(workflowType, {
          workflowId: workflowIdOf(wanted),
          taskQueue,
          args: argumentsOf(wanted),
          startDelay: wanted.delayMs,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          memo: { ...wanted.shown },
          typedSearchAttributes: [
            keyword('TenantId', wanted.tenantId),
            keyword('CustomerId', wanted.customerId),
            keyword('PlanId', wanted.planId),
            keyword('SubscriptionStatus', wanted.status),
          ],
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
    const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
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
