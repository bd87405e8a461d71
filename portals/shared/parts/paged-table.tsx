import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column } from './data-table.tsx';
import { Loaded } from './loaded.tsx';
import { ProblemPanel } from './problem-panel.tsx';
import { type PagesSource, usePages } from './use-pages.ts';
import { VirtualTable } from './virtual-table.tsx';

interface PagedTableProps<Row> extends PagesSource<Row> {
  label: string;
  columns: readonly Column<Row>[];
  empty: ReactNode;
  /** The list is all of the page: it goes on by itself as one scrolls. Else by its button, so that what stands below stays in reach. */
  readsAhead?: boolean;
}

/** So many rows before the end of what is known the next are read. */
const aheadOf = 20;

/** A list of any length: read a page at a time, and only what can be seen is on the page. */
export function PagedTable<Row>(props: PagedTableProps<Row>): ReactNode {
  return <Pages key={JSON.stringify(props.queryKey)} {...props} />;
}

function Pages<Row>(props: PagedTableProps<Row>): ReactNode {
  const pages = usePages(props);
  const { places, hasMore, isReading, query } = pages;
  const [seen, setSeen] = useState({ from: 0, to: 0 });
  // It begins with the first scroll: a list nobody scrolls stays as long as its first page.
  const [isScrolled, setScrolled] = useState(false);
  useEffect(() => {
    const note = (): void => setScrolled(true);
    window.addEventListener('scroll', note, { once: true });
    return () => window.removeEventListener('scroll', note);
  }, []);
  const onShow = useCallback((from: number, to: number) => setSeen({ from, to }), []);
  useEffect(() => {
    pages.show(seen.from, Math.min(seen.to + aheadOf, places.length - 1));
    if (props.readsAhead === true && isScrolled && hasMore && !isReading && seen.to + aheadOf >= places.length)
      pages.readMore();
  });
  if (query === undefined) return null;
  if (!pages.isBegun)
    return (
      <Loaded query={query} lines={8}>
        {() => null}
      </Loaded>
    );
  if (places.length === 0) return props.empty;
  return (
    <Stack gap="md">
      <VirtualTable
        label={props.label}
        places={places}
        hasMore={hasMore}
        isReading={isReading}
        columns={props.columns}
        onShow={onShow}
      />
      {query.isError && query.data === undefined && (
        <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />
      )}
      <Ending count={places.length} hasMore={hasMore} isReading={isReading} onMore={pages.readMore} />
    </Stack>
  );
}

/** How far one has come, and the way on for whoever does not scroll. */
function Ending(props: { count: number; hasMore: boolean; isReading: boolean; onMore: () => void }): ReactNode {
  const { t } = useTranslation();
  const { count, hasMore } = props;
  if (!hasMore && count <= aheadOf) return null;
  return (
    <Group justify="space-between" gap="sm">
      <Text size="sm" c="dimmed" role="status" className="figures">
        {t(hasMore ? 'parts.rowsSoFar' : 'parts.rows', { count })}
      </Text>
      {hasMore && (
        <Button variant="default" size="xs" loading={props.isReading} onClick={props.onMore}>
          {t('parts.more')}
        </Button>
      )}
    </Group>
  );
}
