import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyDone, notifyFailed } from '../../shared/parts/notices.ts';
import type { AdminPayment } from '../../shared/rest/types.ts';

/** Says once how a retry ended that was seen under way on this page. */
export function useRetryNotice(payment: AdminPayment | undefined): void {
  const { t } = useTranslation();
  const client = useQueryClient();
  const openTasks = useRef(new Set<string>());
  useEffect(() => {
    for (const task of payment?.retry_tasks ?? []) {
      if (task.status === 'requested' || task.status === 'running') openTasks.current.add(task.task_id);
      else if (openTasks.current.delete(task.task_id)) {
        const message = task.provider_message ?? '';
        if (task.status === 'succeeded') notifyDone(t('retry.succeeded'));
        else notifyFailed(t(task.status === 'refused' ? 'retry.refused' : 'retry.failed', { message }));
        void client.invalidateQueries();
      }
    }
  }, [payment, client, t]);
}
