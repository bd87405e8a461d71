import { Skeleton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Where something is going to be. */
export function Skeletons({ lines = 3 }: { lines?: number | undefined }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t('parts.loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={22} radius="sm" width={line % 3 === 2 ? '60%' : '100%'} />
      ))}
    </Stack>
  );
}
