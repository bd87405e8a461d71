import { expect, it, onTestFinished, vi } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { openRelayUnderTest } from '../../tests/support/relay-process.ts';

const within = { timeout: 30_000, interval: 50 };

it('F11: a relay killed between the broker’s acknowledgement and its mark leaves duplicates, nothing else', async () => {
  const under = await openRelayUnderTest();
  onTestFinished(() => under.close());
  const { collected } = under;
  const keys = Array.from({ length: 30 }, () => newId('subscription'));
  const rows = keys.flatMap((key) => [1, 2, 3].map((sequence) => under.rowOf(key, sequence)));
  const relay = await under.killBeforeMark(null, rows);
  expect(await under.unpublished()).toBe(rows.length);
  await relay.restart();
  await vi.waitFor(async () => expect(await under.unpublished()).toBe(0), within);
  await vi.waitFor(() => expect(collected.deliveries).toHaveLength(rows.length * 2), within);
  expect(collected.distinct()).toHaveLength(rows.length);
  for (const key of keys) {
    const sequences = collected.deliveries.filter((event) => event.subscription_id === key);
    expect(sequences.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 1, 2, 3]);
  }
});
