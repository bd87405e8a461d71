import { Skeleton } from '@mantine/core';
import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Column, TableHead } from './data-table.tsx';
import { useColumnWidths } from './use-column-widths.ts';
import type { Place } from './use-pages.ts';

interface VirtualTableProps<Row> {
  label: string;
  places: readonly Place<Row>[];
  /** More follow than are known: how many in all nobody knows yet. */
  hasMore: boolean;
  isReading: boolean;
  columns: readonly Column<Row>[];
  /** What can be seen, and a little more. */
  onShow: (from: number, to: number) => void;
}

const rowPixels = 44;
const estimateSize = () => rowPixels;
const overscan = 10;

/** A table of any length of which only what can be seen is there; the window scrolls it, and on a phone rows are cards. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>): ReactNode {
  const { places, columns } = props;
  const table = useRef<HTMLTableElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const focusedAt = focused === null ? -1 : places.findIndex(({ key }) => key === focused);
  const scrollMargin = useTopOf(table);
  // Another function would have every row of the list laid out anew.
  const getItemKey = useCallback((index: number) => places[index]?.key ?? index, [places]);
  const virtual = useWindowVirtualizer({
    ...{ count: places.length, estimateSize, overscan, scrollMargin, getItemKey },
    // Whoever stands in a row stays there, however far the list is scrolled.
    rangeExtractor: (range) => withRow(range, focusedAt),
  });
  const widths = useColumnWidths(table, columns.length, places.length > virtual.getVirtualItems().length);
  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {};
  const { onShow } = props;
  useEffect(() => onShow(Math.max(0, startIndex - overscan), endIndex + overscan), [onShow, startIndex, endIndex]);
  return (
    <table
      ref={table}
      className="rows"
      role="table"
      aria-label={props.label}
      aria-busy={props.isReading}
      aria-rowcount={props.hasMore ? -1 : places.length + 1}
      data-fixed={widths !== null}
      onFocus={({ target }) => setFocused(target.closest('tr')?.dataset['key'] ?? null)}
      onBlur={() => setFocused(null)}
    >
      {widths && (
        <colgroup>
          {widths.map((width, index) => (
            <col key={columns[index]?.header} style={{ width }} />
          ))}
        </colgroup>
      )}
      <TableHead columns={columns} rowIndex={1} />
      <tbody role="rowgroup">
        {withGaps(virtual.getVirtualItems(), virtual.getTotalSize() + scrollMargin, scrollMargin).map((item) =>
          item.index === null ? (
            <tr key={item.key} className="gap" aria-hidden="true">
              <td colSpan={columns.length} style={{ height: item.size }} />
            </tr>
          ) : (
            <tr
              key={item.key}
              ref={virtual.measureElement}
              role="row"
              aria-rowindex={item.index + 2}
              data-index={item.index}
              data-key={item.key}
            >
              <Cells row={places[item.index]?.row ?? null} columns={columns} />
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

function CellsOf<Row>({ row, columns }: { row: Row | null; columns: readonly Column<Row>[] }): ReactNode {
  return columns.map((column) => (
    <td key={column.header} role="cell" data-label={column.header} data-align={column.align}>
      <div>{row === null ? <Skeleton height={18} miw={40} /> : column.cell(row)}</div>
    </td>
  ));
}

/** A row that is scrolled is not drawn anew. */
const Cells = memo(CellsOf) as typeof CellsOf;

function withRow(range: Range, index: number): number[] {
  const all = defaultRangeExtractor(range);
  return index < 0 || all.includes(index) ? all : [...all, index].sort((a, b) => a - b);
}

interface Item {
  key: string;
  /** Null: room for rows that are not there. */
  index: number | null;
  size: number;
}

/** Rows with the room between them, so that each stands where it would among all the others. */
function withGaps(
  rows: readonly { key: unknown; index: number; start: number; end: number }[],
  end: number,
  begin: number,
): Item[] {
  const items: Item[] = [];
  let at = begin;
  for (const row of rows) {
    if (row.start > at) items.push({ key: `before ${row.index}`, index: null, size: row.start - at });
    items.push({ key: String(row.key), index: row.index, size: row.end - row.start });
    at = row.end;
  }
  if (end > at) items.push({ key: 'after', index: null, size: end - at });
  return items;
}

/** Where the rows begin on the page; what stands above them may change at any time. */
function useTopOf(table: { readonly current: HTMLTableElement | null }): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const body = table.current?.tBodies[0];
    if (body === undefined) return;
    const now = Math.round(body.getBoundingClientRect().top + window.scrollY);
    if (now !== top) setTop(now);
  });
  return top;
}
