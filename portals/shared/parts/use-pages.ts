import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Page } from '../rest/types.ts';

type Cursor = string | undefined;

export interface PagesSource<Row> {
  /** Names the list and its filters. */
  queryKey: readonly unknown[];
  fetchPage: (cursor: Cursor) => Promise<Page<Row>>;
  keyOf: (row: Row) => string;
  refetchInterval?: number | undefined;
}

/** A place in the list: a row, or one that was read and is read again when somebody looks. */
export interface Place<Row> {
  key: string;
  row: Row | null;
}

/** What is far from view is forgotten after a while, but not how long it was. */
const forgottenAfterMs = 10 * 60_000;
const lengthUnknown = 20;

/**
 * A list as the server cuts it, read as far as somebody has come. Pages in view are queries and kept fresh; the others stand as they
 * were read. A page that has grown or shrunk moves the beginning of the next: those after it are read anew when they come into view.
 */
export function usePages<Row>(source: PagesSource<Row>) {
  const { queryKey, fetchPage, keyOf, refetchInterval = false } = source;
  const client = useQueryClient();
  const [cursors, setCursors] = useState<readonly Cursor[]>([undefined]);
  const [view, setView] = useState({ first: 0, last: 0 });
  const keyOfPage = (cursor: Cursor) => [...queryKey, cursor ?? 'first'];
  const last = Math.min(view.last, cursors.length - 1);
  const first = Math.min(view.first, last);
  const shown = cursors.slice(first, last + 1);
  const queries = useQueries({
    queries: shown.map((cursor) => ({
      queryKey: keyOfPage(cursor),
      queryFn: () => fetchPage(cursor),
      gcTime: forgottenAfterMs,
      refetchInterval,
    })),
  });
  const pageAt = (index: number): Page<Row> | undefined =>
    queries[index - first]?.data ?? client.getQueryData<Page<Row>>(keyOfPage(cursors[index]));

  // A page in view says where the next begins.
  const moved = shown.findIndex((_, offset) => {
    const index = first + offset;
    const data = queries[offset]?.data;
    return data !== undefined && index + 1 < cursors.length && (data.next_cursor ?? undefined) !== cursors[index + 1];
  });
  const next = moved < 0 ? null : (queries[moved]?.data?.next_cursor ?? null);
  useEffect(() => {
    if (moved < 0) return;
    setCursors((all) => [...all.slice(0, first + moved + 1), ...(next === null ? [] : [next])]);
  }, [moved, first, next]);

  const freshness = queries.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  const [lengths] = useState(() => new Map<Cursor, number>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages are read from the cache, which these stand for
  const { places, starts } = useMemo(() => {
    const pages = cursors.map((cursor, index) => {
      const data = pageAt(index)?.data;
      if (data !== undefined) lengths.set(cursor, data.length);
      const length = lengths.get(cursor) ?? lengths.get(undefined) ?? lengthUnknown;
      return data ?? Array.from({ length }, () => null);
    });
    return layOut(pages, keyOf);
  }, [cursors, freshness, first]);

  const end = pageAt(cursors.length - 1);
  const nextCursor = end?.next_cursor ?? null;
  return {
    /** Of the page that is read first, or of any in view that cannot be read. */
    query: queries.find(({ isError, data }) => isError && data === undefined) ?? queries[0],
    isBegun: pageAt(0) !== undefined || cursors.length > 1,
    places,
    hasMore: end === undefined || nextCursor !== null,
    isReading: end === undefined,
    readMore: () => {
      if (nextCursor !== null) setCursors([...cursors, nextCursor]);
    },
    /** From one place to another, both included. */
    show(from: number, to: number) {
      const pageOf = (place: number) =>
        Math.max(
          0,
          starts.findLastIndex((start) => start <= place),
        );
      const wanted = { first: pageOf(from), last: pageOf(to) };
      if (wanted.first !== view.first || wanted.last !== view.last) setView(wanted);
    },
  };
}

/** One place for each row, also where two pages both brought it. */
function layOut<Row>(
  pages: readonly (readonly (Row | null)[])[],
  keyOf: (row: Row) => string,
): { places: Place<Row>[]; starts: number[] } {
  const seen = new Set<string>();
  const places: Place<Row>[] = [];
  const starts = pages.map((rows) => {
    const start = places.length;
    for (const row of rows) {
      const key = row === null ? `unread ${places.length}` : keyOf(row);
      if (seen.has(key)) continue;
      seen.add(key);
      places.push({ key, row });
    }
    return start;
  });
  return { places, starts };
}
