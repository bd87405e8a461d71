import { expect, it } from 'vitest';
import { readAll } from './read-all.ts';

it('reads on by the cursor of each page until there is no other', async () => {
  const asked: (string | undefined)[] = [];
  const items = await readAll(async (cursor) => {
    asked.push(cursor);
    const at = Number(cursor ?? 0);
    return { data: [at, at + 1], has_more: at < 4, next_cursor: at < 4 ? String(at + 2) : null };
  });
  expect(asked).toEqual([undefined, '2', '4']);
  expect(items).toEqual([0, 1, 2, 3, 4, 5]);
});
