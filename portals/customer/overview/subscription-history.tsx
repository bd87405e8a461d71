import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Subscription, TimelineEntry } from '../../shared/rest/types.ts';

export function SubscriptionHistory({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const timeline = useQuery({
    queryKey: ['timeline', subscription.subscription_id, subscription.updated_at],
    queryFn: () => {
      const path = { subscription_id: subscription.subscription_id };
      return answered(rest.GET('/v1/subscriptions/{subscription_id}/timeline', { params: { path } }));
    },
  });
  const actionText = ({ action }: TimelineEntry) =>
    t(`timeline.${action}`, { defaultValue: action.replaceAll('_', ' ') });
  return (
    <Section title={t('history.title')}>
      <Loaded query={timeline}>
        {({ data }) => (
          <DataTable
            label={t('history.title')}
            rows={data.map((entry, index) => ({ ...entry, index })).reverse()}
            keyOf={({ index }) => String(index)}
            columns={[
              { header: t('history.date'), cell: (entry) => format.instant(entry.at) },
              { header: t('history.action'), cell: actionText },
              { header: t('history.plan'), cell: (entry) => entry.plan_name },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
