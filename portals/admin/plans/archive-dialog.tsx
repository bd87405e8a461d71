import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Plan } from '../../shared/rest/types.ts';

export function ArchiveDialog({ plan, onClose }: { plan: Plan; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  async function archive(key: string): Promise<void> {
    const params = { path: { plan_id: plan.plan_id }, ...keyed(key) };
    await answered(rest.POST('/v1/plans/{plan_id}/archive', { params, body: {} }));
    await refresh(t('plans.archived', { name: plan.name }));
  }
  return (
    <IntentDialog
      title={t('plans.archiveTitle', { name: plan.name })}
      confirm={t('plans.archive')}
      danger
      onConfirm={archive}
      onClose={onClose}
    >
      <Text size="sm">{t('plans.archiveText')}</Text>
    </IntentDialog>
  );
}
