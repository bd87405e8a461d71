import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { DataTable } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Section } from '../parts/section.tsx';
import { answered, rest } from '../rest/client.ts';
import type { Subscription } from '../rest/types.ts';

/** The invoices to come, by the function that bills. */
export function UpcomingPayments(props: { subscription: Subscription; periods: number }): ReactNode {
  const { subscription, periods } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const forecast = useQuery({
    queryKey: ['forecast', subscription.subscription_id, periods, subscription.updated_at],
    queryFn: () => {
      const path = { subscription_id: subscription.subscription_id };
      return answered(
        rest.GET('/v1/subscriptions/{subscription_id}/forecast', { params: { path, query: { periods } } }),
      );
    },
  });
  return (
    <Section title={t('upcoming.title')}>
      <Loaded query={forecast}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title={t('upcoming.none')} />
          ) : (
            <DataTable
              label={t('upcoming.title')}
              rows={data}
              keyOf={(entry) => entry.period_start}
              columns={[
                { header: t('upcoming.due'), cell: (entry) => format.date(entry.due_at) },
                {
                  header: t('upcoming.for'),
                  cell: (entry) =>
                    t('parts.range', { from: format.date(entry.period_start), to: format.date(entry.period_end) }),
                },
                {
                  header: t('upcoming.amount'),
                  align: 'end',
                  cell: (entry) => format.money(entry.total, entry.currency),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
