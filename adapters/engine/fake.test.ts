import { expect, it } from 'vitest';
import { describeEngineContract } from './contract.ts';
import { createFakeEngine } from './fake.ts';

describeEngineContract('in memory', async (look) => {
  const engine = createFakeEngine(look);
  return { engine, close: () => engine.close() };
});

it('refuses starts and wakes while away', async () => {
  const engine = createFakeEngine();
  engine.away = true;
  await expect(engine.wake({ tenantId: 'ten_1', subscriptionId: 'sub_1' })).rejects.toThrow('away');
  expect(engine.wakes).toEqual([]);
});
