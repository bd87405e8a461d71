import { expect, it } from 'vitest';
import { classify } from './handle-event.ts';
import { readEvent, UnreadableEvent } from './read-event.ts';

const topic = 'subscriptions.renew_required';
const event = {
  ...{ id: 'evt_1', type: topic, version: 1, tenant_id: 'ten_1', subscription_id: 'sub_1', sequence: null },
  ...{ occurred_at: '2026-03-31T00:00:00.000Z', origin: 'reconciler' },
  data: { due_at: '2026-03-31T00:00:00.000Z', kind: 'renew' },
};

it('reads an event of its topic', () => {
  expect(readEvent({ topic, value: JSON.stringify(event) })).toEqual(event);
});

it.each([
  ['no JSON', '{'],
  ['no envelope', '[]'],
  ['an unknown origin', JSON.stringify({ ...event, origin: 'elsewhere' })],
  ['another topic’s event', JSON.stringify({ ...event, type: 'subscriptions.paused' })],
  ['a topic nobody registered', JSON.stringify({ ...event, type: 'toString' })],
  ['data of another shape', JSON.stringify({ ...event, data: { due_at: 'soon', kind: 'renew' } })],
  ['unknown fields', JSON.stringify({ ...event, data: { ...event.data, extra: 1 } })],
])('calls %s poison', (_, value) => {
  const read = () => readEvent({ topic, value });
  expect(read).toThrow(UnreadableEvent);
  expect(classify(new UnreadableEvent('x'))).toBe('poison');
});

it('waits for a database that is away, and gives up on what only this message does wrong', () => {
  expect(classify(Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }))).toBe('passing');
  expect(classify(Object.assign(new Error('serialization'), { code: '40001' }))).toBe('passing');
  expect(classify(new Error('the provider cannot be asked now'))).toBe('failing');
});
