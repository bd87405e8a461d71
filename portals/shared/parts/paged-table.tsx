import { Button, Group, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page } from '../rest/types.ts';
import { type Column, DataTable } from './data-table.tsx';
import { Loaded } from './loaded.tsx';

interface PagedTableProps<Row> {
  label: string;
  /** Names the list and its filters; another key begins at the first page. */
  queryKey: readonly unknown[];
  fetchPage: (cursor: string | undefined) => Promise<Page<Row>>;
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  empty: ReactNode;
  refetchInterval?: number;
}

/** A list of any length, a page at a time, as the server cuts it. */
export function PagedTable<Row>(props: PagedTableProps<Row>): ReactNode {
  return <Pages key={JSON.stringify(props.queryKey)} {...props} />;
}

function Pages<Row>(props: PagedTableProps<Row>): ReactNode {
  const [cursors, setCursors] = useState<readonly (string | undefined)[]>([undefined]);
  const query = useQuery({
    queryKey: [...props.queryKey, cursors.at(-1) ?? 'first'],
    queryFn: () => props.fetchPage(cursors.at(-1)),
    placeholderData: keepPreviousData,
    refetchInterval: props.refetchInterval ?? false,
  });
  return (
    <Loaded query={query} lines={8}>
      {(page) =>
        page.data.length === 0 && cursors.length === 1 ? (
          props.empty
        ) : (
          <Stack gap="md" aria-busy={query.isPlaceholderData}>
            <DataTable label={props.label} rows={page.data} columns={props.columns} keyOf={props.keyOf} />
            <Pager
              number={cursors.length}
              onPrevious={cursors.length > 1 ? () => setCursors(cursors.slice(0, -1)) : undefined}
              onNext={
                page.next_cursor === null ? undefined : () => setCursors([...cursors, page.next_cursor ?? undefined])
              }
            />
          </Stack>
        )
      }
    </Loaded>
  );
}

function Pager(props: {
  number: number;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}): ReactNode {
  const { t } = useTranslation();
  if (props.onPrevious === undefined && props.onNext === undefined) return null;
  return (
    <Group justify="flex-end" gap="sm" component="nav" aria-label={t('parts.pages')}>
      <Text size="sm" c="dimmed">
        {t('parts.page', { number: props.number })}
      </Text>
      <Button variant="default" size="xs" disabled={!props.onPrevious} onClick={props.onPrevious}>
        {t('parts.previous')}
      </Button>
      <Button variant="default" size="xs" disabled={!props.onNext} onClick={props.onNext}>
        {t('parts.next')}
      </Button>
    </Group>
  );
}
