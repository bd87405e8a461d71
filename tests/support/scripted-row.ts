import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { BillingActivities } from '../../activities/billing-activities.ts';
import type { EngineStart } from '../../adapters/engine/port.ts';
import type { ChangedAttributes, NextStep, StepFailure, SubscriptionRef } from '../../billing/steps/next-step.ts';
import type { RunningWorkers, TestActivities, WorkflowHarness } from './workflow-harness.ts';

export const shown = { state: 'active · Basic × 1 · 19.99 USD', nextAction: 'Renew on 2026-03-31', lastResult: 'Paid' };

export const sleepFor = (sleepMs: number, changed: ChangedAttributes | null = null): NextStep => ({
  kind: 'sleep',
  sleepMs,
  summary: 'Renewal 4 · 19.99 USD · due 2026-03-31',
  shown,
  changed,
});

export const ended: NextStep = { kind: 'ended', summary: 'Canceled after 3 periods', shown, changed: null };

export const stepFailure = (message: string) =>
  ApplicationFailure.create({ message, type: 'StepFailure', nonRetryable: true });

export const infrastructureFailure = (message: string) =>
  ApplicationFailure.create({ message, type: 'Infrastructure' });

/** A subscription whose row is a function of the test: what the next look says, and when each look came. */
export interface ScriptedRow {
  ref: SubscriptionRef;
  provider: string;
  looks: number[];
  failures: StepFailure[];
  decide: (look: number) => NextStep | Promise<NextStep>;
  decideAfterFailure: (failures: number) => NextStep;
  billing: Pick<BillingActivities, 'takeStep' | 'noteStepFailure'>;
  start(delayMs: number): EngineStart;
  charge(summary?: string): NextStep;
}

export function createScriptedRow(now: () => Promise<number>): ScriptedRow {
  const ref = { tenantId: `ten_${randomUUID()}`, subscriptionId: `sub_${randomUUID()}` };
  const provider = `sandbox-${randomUUID()}`;
  const row: ScriptedRow = {
    ref,
    provider,
    looks: [],
    failures: [],
    decide: () => sleepFor(3_600_000),
    decideAfterFailure: () => sleepFor(60_000),
    billing: {
      takeStep: async () => {
        row.looks.push(await now());
        return row.decide(row.looks.length);
      },
      noteStepFailure: async (_ref, failure) => {
        row.failures.push(failure);
        return row.decideAfterFailure(row.failures.length);
      },
    },
    start: (delayMs) => ({ ...ref, customerId: 'cus_1', planId: 'plan_1', status: 'active', delayMs, shown }),
    charge: (summary = 'Renewal 4 · 19.99 USD · due 2026-03-31') => ({
      kind: 'call',
      activity: 'chargeAttempt',
      input: { ...ref, subjectId: 'att_1' },
      provider,
      priority: 'renewal',
      summary,
    }),
  };
  return row;
}

/** One row with workers of its own; whatever is still open at the end is terminated. */
export async function withScriptedRow(
  harness: WorkflowHarness,
  test: (row: ScriptedRow, workers: RunningWorkers) => Promise<void>,
  payments: TestActivities['payments'] | null = null,
): Promise<void> {
  const row = createScriptedRow(harness.now);
  const workers = await harness.startWorkers({
    billing: row.billing,
    payments: payments ?? {},
    providers: payments ? [row.provider] : [],
  });
  try {
    await test(row, workers);
  } finally {
    await harness.terminateOpen(row.ref);
    await workers.stop();
  }
}

/** A charge that is under way until the test lets it answer. */
export function holdCharge(now: () => Promise<number>) {
  const started: number[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const chargeAttempt = async (): Promise<NextStep> => {
    started.push(await now());
    await held;
    return sleepFor(30 * 86_400_000);
  };
  return { chargeAttempt, started, release: () => release() };
}
