import { z } from 'zod';

const limit = z
  .string()
  .regex(/^(100|[1-9]\d?)$/, 'must be a whole number from 1 to 100')
  .transform(Number)
  .default(20)
  .meta({ type: 'integer', minimum: 1, maximum: 100, default: 20 });

const cursor = z.string().max(100).optional().meta({ description: 'The `next_cursor` of the page before.' });

/** A list's query: its filters, and where to go on. */
export function listQuery<Shape extends z.core.$ZodLooseShape>(filters: Shape) {
  return z.strictObject({ ...filters, limit, cursor });
}

/** Newest first. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });
}
