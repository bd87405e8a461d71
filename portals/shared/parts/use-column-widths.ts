import { useLayoutEffect, useState } from 'react';

const phone = '(max-width: 48em)';

/**
 * The widths that the columns of the first rows ask for, kept from then on: a table of which only some rows are there would change
 * them with every row. Null where rows are cards, and where all rows are there.
 */
export function useColumnWidths(
  table: { readonly current: HTMLTableElement | null },
  count: number,
  isCut: boolean,
): string[] | null {
  const [widths, setWidths] = useState<string[] | null>(null);
  useLayoutEffect(() => {
    if (!isCut || widths?.length === count || window.matchMedia(phone).matches) return;
    const heads = [...(table.current?.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.getBoundingClientRect().width);
    const total = heads.reduce((sum, width) => sum + width, 0);
    if (heads.length !== count || total === 0) return;
    setWidths(heads.map((width) => `${(100 * width) / total}%`));
  });
  return isCut && widths?.length === count ? widths : null;
}
