import { expect, it } from 'vitest';
import { createMicroBatch } from './micro-batch.ts';

function collect(options: { windowMs?: number; countMax?: number } = {}) {
  const runs: { key: string; items: readonly number[] }[] = [];
  const batch = createMicroBatch<number, number>({
    windowMs: options.windowMs ?? 5,
    countMax: options.countMax ?? 100,
    run: async (key, items) => {
      runs.push({ key, items });
      if (items.includes(13)) throw new Error('unlucky');
      return items.map((item) => item * 10);
    },
  });
  return { batch, runs };
}

it('does together what arrives together, and gives each caller its own result', async () => {
  const { batch, runs } = collect();
  const results = await Promise.all([1, 2, 3].map((item) => batch.add('a', item)));
  expect(results).toEqual([10, 20, 30]);
  expect(runs).toEqual([{ key: 'a', items: [1, 2, 3] }]);
});

it('keeps keys apart, so that one key’s failure is nobody else’s', async () => {
  const { batch, runs } = collect();
  const [failed, fine] = await Promise.allSettled([batch.add('a', 13), batch.add('b', 1)]);
  expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'unlucky' } });
  expect(fine).toEqual({ status: 'fulfilled', value: 10 });
  expect(runs.map(({ key }) => key).toSorted()).toEqual(['a', 'b']);
});

it('starts a full batch at once, and another for what comes after it', async () => {
  const { batch, runs } = collect({ windowMs: 60_000, countMax: 2 });
  expect(await Promise.all([1, 2, 3, 4].map((item) => batch.add('a', item)))).toEqual([10, 20, 30, 40]);
  expect(runs.map(({ items }) => items)).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
