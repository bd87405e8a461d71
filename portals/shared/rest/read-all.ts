import type { Page } from './types.ts';

/** As much as the interface gives at once. */
export const pageMax = 100;

/** A list of which every entry counts, page after page. */
export async function readAll<Item>(fetchPage: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    all.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
