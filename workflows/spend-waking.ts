// One run is one waking: steps are taken until the row says how long to sleep, then the chain continues behind a
// server-side delay. The run decides nothing and remembers nothing, PostgreSQL does both; and it never fails.
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import {
  CancellationScope,
  defineUpdate,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { type NextStep, performCall, type Rest, type StepName, takeStep, type WorkflowRef } from './perform-step.ts';

type Sleep = Extract<NextStep, { kind: 'sleep' }>;
type Ended = Extract<NextStep, { kind: 'ended' }>;

const stepsPerRunMax = 50;
const sleepMsMin = 1_000;
const restAfterUnknownKindMs = 60_000;

const wake = defineUpdate('wake');

/** Undefined where the run has them already. */
function searchAttributes(ref: WorkflowRef, changed: Sleep['changed']): SearchAttributePair[] | undefined {
  if (!changed) return undefined;
  const keyword = (name: string, value: string) => ({
    key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
    value,
  });
  const { customerId, planId, status } = changed;
  const wanted = [
    keyword('TenantId', ref.tenantId),
    keyword('CustomerId', customerId),
    ...(planId === null ? [] : [keyword('PlanId', planId)]),
    ...(status === null ? [] : [keyword('SubscriptionStatus', status)]),
  ];
  const { typedSearchAttributes: present } = workflowInfo();
  return wanted.every(({ key, value }) => present.get(key) === value) ? undefined : wanted;
}

/** What is not given here the next run takes over from this one. */
function sleepOn(ref: WorkflowRef, next: Sleep | Rest): Promise<never> {
  const shown = next.kind === 'sleep' ? next : undefined;
  return makeContinueAsNewFunc<(ref: WorkflowRef) => Promise<string>>({
    backoffStartInterval: Math.max(sleepMsMin, next.sleepMs),
    memo: shown && { ...shown.shown },
    typedSearchAttributes: shown && searchAttributes(ref, shown.changed),
  })(ref);
}

function end(ref: WorkflowRef, next: Ended): string {
  upsertMemo({ ...next.shown });
  const changed = searchAttributes(ref, next.changed);
  if (changed) upsertSearchAttributes(changed);
  return next.summary;
}

function leave(ref: WorkflowRef, next: NextStep | Rest): string | Promise<never> {
  switch (next.kind) {
    case 'ended':
      return end(ref, next);
    case 'sleep':
    case 'rest':
      return sleepOn(ref, next);
    case 'call':
      return sleepOn(ref, { kind: 'rest', sleepMs: sleepMsMin, summary: 'Many steps are due' });
    default:
      // A newer release said it: this worker is about to be replaced by one that understands.
      return sleepOn(ref, { kind: 'rest', sleepMs: restAfterUnknownKindMs, summary: 'Not understood by this release' });
  }
}

/** The whole of a run, whatever row it is for: `name` is what it asks that row's owner. */
export async function spendWaking(ref: WorkflowRef, name: StepName): Promise<string> {
  let asked = 0;
  setHandler(wake, () => {
    asked += 1;
  });
  // A cancellation in the engine is no decision: only the row ends its workflow.
  return CancellationScope.nonCancellable(async () => {
    let seen: number;
    let next: NextStep | Rest;
    let steps = 0;
    do {
      seen = asked;
      next = await takeStep(ref, name);
      setCurrentDetails(next.summary);
      for (steps += 1; next.kind === 'call' && steps < stepsPerRunMax; steps += 1) {
        next = await performCall(ref, name, next);
        setCurrentDetails(next.summary);
      }
    } while (asked > seen && steps < stepsPerRunMax);
    if (asked > seen) return sleepOn(ref, { kind: 'rest', sleepMs: sleepMsMin, summary: 'Asked again meanwhile' });
    return leave(ref, next);
  });
}
