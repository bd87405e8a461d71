import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { type CurrentSubject, collect, messagesTo, newTopic, ofKey, within } from './subject.ts';

export function describeDelivery(current: CurrentSubject): void {
  it('delivers every message with its key, value and headers, in the order of each key', async () => {
    const topic = await newTopic(current());
    const texts = Array.from({ length: 60 }, (_, index) => `k${index % 6}:${index}` as const);
    await current().bus.publish(messagesTo(topic, ...texts.slice(0, 30)));
    const consumed = await collect(current(), [topic]);
    await current().bus.publish([
      ...messagesTo(topic, ...texts.slice(30)),
      { topic, key: 'with-headers', value: 'with-headers:1', headers: { name: 'value' } },
    ]);
    await vi.waitFor(() => expect(consumed.handled).toHaveLength(61), within);
    for (const key of ['k0', 'k1', 'k2', 'k3', 'k4', 'k5']) {
      expect(ofKey(consumed.handled, key)).toEqual(ofKey(texts, key));
    }
    const [last] = consumed.received.filter((message) => message.key === 'with-headers');
    expect(last).toMatchObject({ topic, value: 'with-headers:1', headers: { name: 'value' } });
  });

  it('gives every group all messages', async () => {
    const topic = await newTopic(current());
    const [first, second] = await Promise.all([collect(current(), [topic]), collect(current(), [topic])]);
    await current().bus.publish(messagesTo(topic, 'a:1', 'a:2'));
    for (const consumed of [first, second]) {
      await vi.waitFor(() => expect(consumed.handled).toEqual(['a:1', 'a:2']), within);
    }
  });

  it('goes on where the group stopped', async () => {
    const topic = await newTopic(current());
    const group = `contract-${randomUUID()}`;
    const before = await collect(current(), [topic], { group });
    await current().bus.publish(messagesTo(topic, 'a:1', 'b:1'));
    await vi.waitFor(() => expect(before.handled).toHaveLength(2), within);
    await before.stop();
    await current().bus.publish(messagesTo(topic, 'a:2'));
    const after = await collect(current(), [topic], { group });
    await vi.waitFor(() => expect(after.handled).toEqual(['a:2']), within);
  });

  it('delivers again what was in hand and unfinished when the group stopped', async () => {
    const topic = await newTopic(current());
    const group = `contract-${randomUUID()}`;
    let tries = 0;
    const before = await collect(current(), [topic], {
      group,
      classify: () => 'passing',
      async handle() {
        tries += 1;
        throw new Error('away');
      },
    });
    await current().bus.publish(messagesTo(topic, 'a:1'));
    await vi.waitFor(() => expect(tries).toBeGreaterThan(1), within);
    await before.stop();
    const after = await collect(current(), [topic], { group });
    await vi.waitFor(() => expect(after.handled).toEqual(['a:1']), within);
  });

  it('refuses to publish to a topic nobody created', async () => {
    await expect(current().bus.publish(messagesTo(`contract-${randomUUID()}`, 'a:1'))).rejects.toThrow();
  });

  it('may be asked for its topics again', async () => {
    const topic = await newTopic(current());
    await current().bus.publish(messagesTo(topic, 'a:1'));
    await current().bus.ensureTopics([topic]);
    const consumed = await collect(current(), [topic]);
    await vi.waitFor(() => expect(consumed.handled).toEqual(['a:1']), within);
  });
}
