import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowIdOf, type WorkflowRef } from '../../domain/workflow-ref.ts';
import type { Look } from './fake.ts';
import type { EngineStart, SubscriptionEngine } from './port.ts';

/** An engine whose workflows look at rows that are functions of the test. */
export interface EngineUnderTest {
  engine: SubscriptionEngine;
  close(): Promise<void> | void;
}

const longMs = 3_600_000;

type Decide = () => { sleepMs: number } | 'ended';

/** Rows that are functions of a test, and when each was looked at. */
function createRows() {
  const rows = new Map<string, { decide: Decide; looks: number[] }>();
  return {
    look: (async (ref) => {
      const row = rows.get(rowIdOf(ref));
      row?.looks.push(Date.now());
      return row?.decide() ?? 'ended';
    }) satisfies Look,
    add(decide: Decide = () => ({ sleepMs: longMs }), carries?: 'payment' | 'refund') {
      const tenantId = `ten_${randomUUID()}`;
      const ref: WorkflowRef = carries
        ? { tenantId, carrierId: `${carries}_${randomUUID()}`, carries }
        : { tenantId, subscriptionId: `sub_${randomUUID()}` };
      const looks: number[] = [];
      rows.set(rowIdOf(ref), { decide, looks });
      const shown = { state: 'active', nextAction: 'Renew', lastResult: 'Paid' };
      const start = (delayMs: number): EngineStart => ({
        ...ref,
        ...{ customerId: 'cus_1', planId: 'plan_1', status: 'active' },
        delayMs,
        shown,
      });
      return { ref, looks, start };
    },
  };
}

type Rows = ReturnType<typeof createRows>;

function describeStarts(rows: Rows, engine: () => SubscriptionEngine): void {
  it('holds the first look back for the delay, and the next for the sleep', async () => {
    const row = rows.add(() => ({ sleepMs: 1_500 }));
    const startedAt = Date.now();
    expect(await engine().start(row.start(1_000))).toBe('started');
    await expect.poll(() => row.looks.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    const [first = 0, second = 0] = row.looks;
    expect(first - startedAt).toBeGreaterThanOrEqual(990);
    expect(second - first).toBeGreaterThanOrEqual(1_400);
  });

  it.each(['payment', 'refund'] as const)(
    'holds the workflow of a %s back too, and ends its sleep by a wake',
    async (carries) => {
      const row = rows.add(undefined, carries);
      expect(await engine().start(row.start(longMs))).toBe('started');
      expect(row.looks).toEqual([]);
      await engine().wake(row.ref);
      await expect.poll(() => row.looks.length).toBe(1);
      expect(await engine().start(row.start(0))).toBe('already_awake');
    },
  );

  it('starts nothing beside an open workflow', async () => {
    const row = rows.add();
    await engine().start(row.start(longMs));
    expect(await engine().start(row.start(0))).toBe('already_awake');
    expect(row.looks).toEqual([]);
  });
}

function describeWakes(rows: Rows, engine: () => SubscriptionEngine): void {
  it('ends a start delay and a sleep by a wake', async () => {
    const row = rows.add();
    await engine().start(row.start(longMs));
    await engine().wake(row.ref);
    await expect.poll(() => row.looks.length).toBe(1);
    await engine().wake(row.ref);
    await expect.poll(() => row.looks.length).toBeGreaterThanOrEqual(2);
  });

  it('wakes what was never started', async () => {
    const row = rows.add();
    await engine().wake(row.ref);
    await expect.poll(() => row.looks.length).toBeGreaterThanOrEqual(1);
    expect(await engine().start(row.start(0))).toBe('already_awake');
  });

  it('looks once more when woken after the end, and a late start then starts nothing', async () => {
    const row = rows.add(() => 'ended');
    await engine().start(row.start(0));
    await expect.poll(() => row.looks.length).toBe(1);
    await engine().wake(row.ref);
    await expect.poll(() => row.looks.length).toBe(2);
    expect(await engine().start(row.start(0))).toBe('already_awake');
  });

  it('accepts 25 wakes at once and looks after the last of them', async () => {
    const row = rows.add();
    await engine().start(row.start(longMs));
    const lastAskedAt = Date.now();
    await Promise.all(Array.from({ length: 25 }, () => engine().wake(row.ref)));
    await expect.poll(() => row.looks.at(-1) ?? 0).toBeGreaterThanOrEqual(lastAskedAt);
    expect(row.looks.length).toBeLessThanOrEqual(25);
  });
}

/** What every engine behind the port guarantees; `open` is given what a look at a row says. */
export function describeEngineContract(name: string, open: (look: Look) => Promise<EngineUnderTest>): void {
  describe(`engine contract: ${name}`, () => {
    const rows = createRows();
    let underTest: EngineUnderTest;
    beforeAll(async () => {
      underTest = await open(rows.look);
    });
    afterAll(() => underTest.close());
    describeStarts(rows, () => underTest.engine);
    describeWakes(rows, () => underTest.engine);
  });
}
