import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { PlanName } from '../names.tsx';

export function CustomerSubscriptions({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const title = t('nav.subscriptions');
  return (
    <Section title={title}>
      <PagedTable
        label={title}
        queryKey={['subscriptions', 'of', customerId]}
        fetchPage={(cursor) =>
          answered(rest.GET('/v1/subscriptions', { params: { query: { customer_id: customerId, limit: 10, cursor } } }))
        }
        keyOf={({ subscription_id }) => subscription_id}
        empty={<EmptyState title={t('customers.noSubscriptions')} />}
        columns={[
          {
            header: t('subscriptions.plan'),
            cell: ({ subscription_id, plan_id }) => (
              <RouterAnchor to={`/subscriptions/${subscription_id}`} size="sm">
                <PlanName id={plan_id} />
              </RouterAnchor>
            ),
          },
          { header: t('subscriptions.status'), cell: ({ status }) => <StatusBadge status={status} /> },
          {
            header: t('subscriptions.next'),
            cell: ({ next_charge }) => (next_charge === null ? '–' : format.instant(next_charge.at)),
          },
          {
            header: t('subscriptions.amount'),
            align: 'end',
            cell: ({ next_charge }) =>
              next_charge === null ? '–' : format.money(next_charge.amount, next_charge.currency),
          },
        ]}
      />
    </Section>
  );
}
