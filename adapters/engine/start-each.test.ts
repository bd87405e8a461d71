import { expect, it } from 'vitest';
import { createFakeEngine } from './fake.ts';
import type { EngineStart } from './port.ts';
import { startEach } from './start-each.ts';

const startOf = (subscriptionId: string): EngineStart => ({
  tenantId: 'ten_1',
  subscriptionId,
  customerId: 'cus_1',
  planId: 'plan_1',
  status: 'active',
  delayMs: 3_600_000,
  shown: { state: 'active', nextAction: 'Renew', lastResult: 'Paid' },
});

it('starts what is unknown, wakes what is known, and can be repeated', async () => {
  const engine = createFakeEngine();
  const rows = ['sub_1', 'sub_2', 'sub_3'].map(startOf);
  await engine.start(startOf('sub_2'));
  expect(await startEach(engine, rows, { concurrency: 2 })).toEqual({ started: 2, woken: 1, failed: [] });
  expect(await startEach(engine, rows, { concurrency: 2 })).toEqual({ started: 0, woken: 3, failed: [] });
  engine.close();
});

it('names the rows that could not be started and goes on with the rest', async () => {
  const engine = createFakeEngine();
  engine.away = true;
  async function* rows() {
    yield startOf('sub_1');
    engine.away = false;
    yield startOf('sub_2');
  }
  const result = await startEach(engine, rows(), { concurrency: 1 });
  expect(result).toMatchObject({ started: 1, failed: [{ id: 'sub_1' }] });
  engine.close();
});
