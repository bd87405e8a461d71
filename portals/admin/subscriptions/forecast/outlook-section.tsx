import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { useZone } from '../../../shared/format/zone.tsx';
import { DataTable } from '../../../shared/parts/data-table.tsx';
import { EmptyState } from '../../../shared/parts/empty-state.tsx';
import { Loaded } from '../../../shared/parts/loaded.tsx';
import { Section } from '../../../shared/parts/section.tsx';
import { answered, rest } from '../../../shared/rest/client.ts';
import type { Subscription } from '../../../shared/rest/types.ts';
import { ComparedTable } from './compared-table.tsx';
import { emptyDraft, supposedOf } from './draft.ts';
import { PeriodAmount } from './period-amount.tsx';
import { supposeQuery } from './suppose-query.ts';
import { SuppositionForm } from './supposition-form.tsx';

const periods = 12;
const typingMs = 300;

/** The invoices to come by the function that bills, and beside them what a command would make of them. */
export function OutlookSection({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(emptyDraft);
  const [settled] = useDebouncedValue(draft, typingMs);
  const supposed = supposedOf(settled, useZone());
  const answer = useQuery(supposeQuery(subscription, supposed, periods));
  return (
    <Section title={t('whatIf.title')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('whatIf.text')}
      </Text>
      <SuppositionForm subscription={subscription} draft={draft} onChange={setDraft} />
      {supposed === null ? (
        <PresentForecast subscription={subscription} />
      ) : (
        <div aria-busy={answer.isPlaceholderData || draft !== settled}>
          <Loaded query={answer} lines={6}>
            {(data) => <ComparedTable answer={data} />}
          </Loaded>
        </div>
      )}
    </Section>
  );
}

function PresentForecast({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { subscription_id, updated_at } = subscription;
  const forecast = useQuery({
    queryKey: ['forecast', subscription_id, periods, updated_at],
    queryFn: () => {
      const params = { path: { subscription_id }, query: { periods } };
      return answered(rest.GET('/v1/subscriptions/{subscription_id}/forecast', { params }));
    },
  });
  return (
    <Loaded query={forecast} lines={6}>
      {({ data }) =>
        data.length === 0 ? (
          <EmptyState title={t('upcoming.none')} />
        ) : (
          <DataTable
            label={t('whatIf.title')}
            rows={data}
            keyOf={({ period_start }) => period_start}
            columns={[
              { header: t('upcoming.due'), cell: ({ due_at }) => format.date(due_at) },
              {
                header: t('upcoming.for'),
                cell: ({ period_start, period_end }) =>
                  t('parts.range', { from: format.date(period_start), to: format.date(period_end) }),
              },
              {
                header: t('upcoming.amount'),
                align: 'end',
                cell: (period) => <PeriodAmount period={period} currency={period.currency} />,
              },
            ]}
          />
        )
      }
    </Loaded>
  );
}
