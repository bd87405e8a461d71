import { expect, it } from 'vitest';
import { coalesceByKey } from './coalesce-by-key.ts';

function recorder() {
  const calls: { key: string; finish: () => void; fail: (error: Error) => void }[] = [];
  const ask = coalesceByKey(
    (key: string) => key,
    (key) => new Promise<void>((resolve, reject) => void calls.push({ key, finish: resolve, fail: reject })),
  );
  return { calls, ask };
}

it('answers everybody who asks during a call by one further call', async () => {
  const { calls, ask } = recorder();
  const first = ask('a');
  const later = [ask('a'), ask('a'), ask('a')];
  expect(calls).toHaveLength(1);
  calls[0]?.finish();
  await first;
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.finish();
  await Promise.all(later);
  expect(calls).toHaveLength(2);
});

it('never answers by a call that began before the question', async () => {
  const { calls, ask } = recorder();
  const first = ask('a');
  const second = ask('a');
  calls[0]?.finish();
  await first;
  await expect.poll(() => calls.length).toBe(2);
  const third = ask('a');
  calls[1]?.finish();
  await second;
  await expect.poll(() => calls.length).toBe(3);
  calls[2]?.finish();
  await third;
});

it('lets keys go their own ways and begins anew once all is answered', async () => {
  const { calls, ask } = recorder();
  const answers = [ask('a'), ask('b')];
  for (const call of calls) call.finish();
  await Promise.all(answers);
  const again = ask('a');
  expect(calls.map(({ key }) => key)).toEqual(['a', 'b', 'a']);
  calls[2]?.finish();
  await again;
});

it('tells a failure to those who asked before it, and tries for those who asked during it', async () => {
  const { calls, ask } = recorder();
  const first = ask('a');
  const second = ask('a');
  calls[0]?.fail(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.finish();
  await second;
});
