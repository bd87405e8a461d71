import type { Answer } from '../../contracts/answer.ts';
import { parseId } from '../../db/new-id.ts';
import type { Page, PageRequest } from '../../db/queries/page.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ResourceKind } from '../route.ts';

/** A cursor is the id of the last item before it; anything else is refused. */
export function pageRequestOf(kind: ResourceKind, query: { limit: number; cursor?: string }): PageRequest {
  if (query.cursor === undefined) return { limit: query.limit, beforeId: null };
  const beforeId = parseId(kind, query.cursor);
  if (beforeId === null) {
    const message = 'is not a cursor of this list';
    const details = { field: 'cursor', errors: [{ field: 'cursor', message }] };
    throw new DomainError('invalid_request', `cursor ${message}.`, details);
  }
  return { limit: query.limit, beforeId };
}

export function renderPage<Row extends { id: string }>(page: Page<Row>, render: (row: Row) => object): Answer {
  const nextCursor = page.hasMore ? (page.rows.at(-1)?.id ?? null) : null;
  return { status: 200, body: { data: page.rows.map(render), has_more: page.hasMore, next_cursor: nextCursor } };
}
