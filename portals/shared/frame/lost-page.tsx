import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../parts/empty-state.tsx';
import { RouterButton } from '../parts/router-parts.tsx';

export function LostPage(): ReactNode {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t('frame.lost')}
      text={t('frame.lostText')}
      action={<RouterButton to="/">{t('frame.toStart')}</RouterButton>}
    />
  );
}
