import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnection } from './connection.ts';

/** That what stands on the page may be old; it goes by itself. */
export function ConnectionBanner(): ReactNode {
  const { t } = useTranslation();
  const { isReachable } = useConnection();
  return (
    <div role="status">
      {!isReachable && (
        <Alert color="yellow" variant="light" mb="md" icon={<IconPlugConnectedX aria-hidden />} title={t('live.lost')}>
          {t('live.lostText')}
        </Alert>
      )}
    </div>
  );
}
