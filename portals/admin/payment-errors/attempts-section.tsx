import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import type { AdminPayment } from '../../shared/rest/types.ts';
import { UndecidedActions } from './undecided-actions.tsx';

type Attempt = AdminPayment['attempts'][number];

/** Each call to the provider, what it said, and the one that only a person can decide. */
export function AttemptsSection({ payment }: { payment: AdminPayment }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const title = t('attempts.title');
  return (
    <Section title={title}>
      {payment.attempts.length === 0 ? (
        <EmptyState title={t('attempts.none')} />
      ) : (
        <DataTable
          label={title}
          rows={payment.attempts}
          keyOf={({ attempt_id }) => attempt_id}
          columns={[
            { header: t('attempts.number'), cell: ({ number }) => number },
            { header: t('attempts.at'), cell: (attempt) => format.exact(attempt.sent_at ?? attempt.created_at) },
            {
              header: t('attempts.trigger'),
              cell: ({ trigger }) => t(`trigger.${trigger}`, { defaultValue: trigger }),
            },
            { header: t('attempts.status'), cell: ({ status }) => <StatusBadge status={status} /> },
            { header: t('attempts.response'), cell: (attempt) => <Response attempt={attempt} /> },
            {
              header: t('attempts.action'),
              cell: (attempt) => {
                const { payment_id, customer_id } = payment;
                return <UndecidedActions attempt={{ ...attempt, payment_id, customer_id }} status={attempt.status} />;
              },
            },
          ]}
        />
      )}
    </Section>
  );
}

function Response({ attempt }: { attempt: Attempt }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <Text size="sm">{attempt.message ?? attempt.code ?? '–'}</Text>
      <Text size="xs" c="dimmed" className="break-anywhere">
        {attempt.provider} {attempt.provider_charge_id}
      </Text>
      {attempt.next_look_up_at !== null && (
        <Text size="xs" c="dimmed">
          {t('attempts.lookUp', { at: format.instant(attempt.next_look_up_at) })}
        </Text>
      )}
    </>
  );
}
