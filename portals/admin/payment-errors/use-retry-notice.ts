import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyDone, notifyFailed } from '../../shared/parts/notices.ts';
import type { AdminPayment } from '../../shared/rest/types.ts';

/**
 * Says once how a retry ended that was seen under way on this page, or asked for on it: call the answer with the task, once the
 * payment was read anew. A quick one ends before it is ever seen under way.
 */
export function useRetryNotice(payment: AdminPayment | undefined): (taskId: string) => void {
  const { t } = useTranslation();
  const client = useQueryClient();
  const followed = useRef(new Set<string>());
  const told = useRef(new Set<string>());
  const [, lookAgain] = useReducer((looks: number) => looks + 1, 0);
  useEffect(() => {
    for (const task of payment?.retry_tasks ?? []) {
      if (task.status === 'requested' || task.status === 'running') followed.current.add(task.task_id);
      else if (followed.current.delete(task.task_id)) {
        // A task that was refused may begin again.
        const ending = `${task.task_id} ${task.settled_at}`;
        if (told.current.has(ending)) continue;
        told.current.add(ending);
        const message = task.provider_message ?? '';
        if (task.status === 'succeeded') notifyDone(t('retry.succeeded'));
        else notifyFailed(t(task.status === 'refused' ? 'retry.refused' : 'retry.failed', { message }));
        void client.invalidateQueries();
      }
    }
  });
  return (taskId) => {
    followed.current.add(taskId);
    lookAgain();
  };
}
