import { Skeleton, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemPanel } from './problem-panel.tsx';

/** What a query brought; a skeleton until it is there, and the problem where it did not come. */
export function Loaded<Data>(props: {
  query: UseQueryResult<Data>;
  lines?: number;
  children: (data: Data) => ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  const { query } = props;
  if (query.data !== undefined) return props.children(query.data);
  if (query.isError) return <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Stack gap="xs" role="status" aria-label={t('parts.loading')}>
      {Array.from({ length: props.lines ?? 3 }, (_, line) => (
        <Skeleton key={line} height={22} radius="sm" width={line % 3 === 2 ? '60%' : '100%'} />
      ))}
    </Stack>
  );
}
