import type { Page } from './types.ts';

/** All of a list that is chosen from, however long it is: read page by page, each by the cursor of the one before. */
export async function readEveryPage<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await read(cursor);
    items.push(...page.data);
    if (page.next_cursor === null) return items;
    cursor = page.next_cursor;
  }
}
