import type { z } from 'zod';
import type { ReceivedMessage } from '../../adapters/events/port.ts';
import { type Envelope, envelopeSchema } from '../../contracts/events/envelope.ts';
import { type eventRegistry, isTopic, eventRegistry as schemas, type Topic } from '../../contracts/events/index.ts';

/** A message no try can make readable: it goes to the dead letters at once. */
export class UnreadableEvent extends Error {
  constructor(reason: string, options: { cause?: unknown } = {}) {
    super(reason, options);
    this.name = 'UnreadableEvent';
  }
}

export type ReadEvent<T extends Topic = Topic> = {
  [Name in T]: Omit<Envelope, 'type' | 'data'> & { type: Name; data: z.output<(typeof eventRegistry)[Name]> };
}[T];

/** The event in a message, held against the registry. Throws `UnreadableEvent`. */
export function readEvent({ topic, value }: Pick<ReceivedMessage, 'topic' | 'value'>): ReadEvent {
  const envelope = envelopeSchema.safeParse(parse(value));
  if (!envelope.success) throw new UnreadableEvent('the envelope does not fit its schema', { cause: envelope.error });
  const { type, data } = envelope.data;
  if (!isTopic(type) || type !== topic) throw new UnreadableEvent('an event of another topic');
  const read = schemas[type].safeParse(data);
  if (!read.success) throw new UnreadableEvent(`the data of ${type} do not fit their schema`, { cause: read.error });
  return { ...envelope.data, type, data: read.data } as ReadEvent;
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new UnreadableEvent('not JSON', { cause: error });
  }
}
