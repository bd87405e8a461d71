import { expect, it } from 'vitest';
import { createEventParser, type ServerEvent } from './read-events.ts';

const stream =
  'retry: 2000\n\nid: 7\nevent: ready\ndata: {}\n\n:\n\nid: 9\nevent: changes\ndata: {"text":"a: b"}\n\nid: 11\nev';

it.each([1, 3, 1_000])(
  'reads whole events out of pieces of %i characters, and neither comments nor half ones',
  (size) => {
    const events: ServerEvent[] = [];
    const take = createEventParser((event) => events.push(event));
    for (let at = 0; at < stream.length; at += size) take(stream.slice(at, at + size));
    expect(events).toEqual([
      { event: 'ready', id: '7', data: '{}' },
      { event: 'changes', id: '9', data: '{"text":"a: b"}' },
    ]);
  },
);
