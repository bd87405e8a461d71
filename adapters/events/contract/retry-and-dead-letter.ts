import { expect, it, vi } from 'vitest';
import { type CurrentSubject, collect, messagesTo, newTopic, ofKey, within } from './subject.ts';

export function describeFailures(current: CurrentSubject): void {
  it('tries a failing message again while its key waits and other keys go on', async () => {
    const topic = await newTopic(current());
    let failures = 2;
    const order: string[] = [];
    const consumed = await collect(current(), [topic], {
      retryDelayMs: 200,
      async handle({ value }) {
        if (value !== 'bad:1' || failures === 0) return;
        failures -= 1;
        throw new Error('not yet');
      },
      onFailedTry: () => order.push(consumed.handled.join(' ')),
    });
    await current().bus.publish(messagesTo(topic, 'bad:1', 'bad:2', 'good:1', 'good:2'));
    await vi.waitFor(() => expect(consumed.handled).toHaveLength(4), within);
    expect(ofKey(consumed.handled, 'bad')).toEqual(['bad:1', 'bad:2']);
    expect(order.at(-1)).toBe('good:1 good:2');
  });

  it.each([
    ['failing', 3],
    ['poison', 1],
  ] as const)('dead-letters a %s message after %i tries and goes on with its key', async (failure, triesExpected) => {
    const topic = await newTopic(current());
    let tries = 0;
    const deadLettered: string[] = [];
    const consumed = await collect(current(), [topic], {
      group: `group-of-${topic}`,
      classify: () => failure,
      async handle({ value }) {
        if (value !== 'a:1') return;
        tries += 1;
        throw new Error('cannot be read');
      },
      onDeadLetter: ({ value }) => deadLettered.push(value),
    });
    await current().bus.publish(messagesTo(topic, 'a:1', 'a:2', 'b:1'));
    await vi.waitFor(() => expect(consumed.handled.toSorted()).toEqual(['a:2', 'b:1']), within);
    expect(tries).toBe(triesExpected);
    expect(deadLettered).toEqual(['a:1']);
    const letters = await collect(current(), [`${topic}.dlt`]);
    await vi.waitFor(() => expect(letters.received).toHaveLength(1), within);
    expect(letters.received[0]).toMatchObject({
      key: 'a',
      value: 'a:1',
      headers: {
        'dead-letter-reason': 'Error: cannot be read',
        'dead-letter-source': `group-of-${topic}`,
        'dead-letter-at': expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
  });
}

export function describePassingFailures(current: CurrentSubject): void {
  it('never dead-letters for what passes by itself', async () => {
    const topic = await newTopic(current());
    let failures = 8;
    const consumed = await collect(current(), [topic], {
      classify: () => 'passing',
      retryDelayMs: 1,
      async handle() {
        if (failures === 0) return;
        failures -= 1;
        throw new Error('the database is away');
      },
    });
    await current().bus.publish(messagesTo(topic, 'a:1', 'a:2'));
    await vi.waitFor(() => expect(consumed.handled).toEqual(['a:1', 'a:2']), within);
    expect(failures).toBe(0);
  });

  it('counts a try that does not end as failed', async () => {
    const topic = await newTopic(current());
    const consumed = await collect(current(), [topic], {
      triesMax: 2,
      tryTimeoutMs: 50,
      handle: ({ value }) => (value === 'a:1' ? new Promise<void>(() => undefined) : Promise.resolve()),
    });
    await current().bus.publish(messagesTo(topic, 'a:1', 'a:2'));
    await vi.waitFor(() => expect(consumed.handled).toEqual(['a:2']), within);
  });
}
