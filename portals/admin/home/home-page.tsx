import { Paper } from '@mantine/core';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { useMay } from '../../shared/session/session-context.tsx';
import { FirstSteps } from './first-steps.tsx';
import { NeedCards } from './need-cards.tsx';
import { OverviewSection } from './overview-section.tsx';
import { RenewalsBar } from './renewals-bar.tsx';
import { type Overview, overviewQuery, type Period, todayQuery } from './report-queries.ts';

export function HomePage(): ReactNode {
  const { t } = useTranslation();
  const seesReports = useMay('reports:read');
  return (
    <>
      <PageHeader title={t('nav.home')} text={t('home.text')} />
      {seesReports ? <Reports /> : <EmptyState title={t('home.noReports')} text={t('home.noReportsText')} />}
    </>
  );
}

function Reports(): ReactNode {
  const { t } = useTranslation();
  const [period, setPeriod] = useState<Period>('30');
  const today = useQuery(todayQuery());
  const overview = useQuery({ ...overviewQuery(period), placeholderData: keepPreviousData });
  if (overview.isPending) return <Waiting query={overview} />;
  if (overview.data !== undefined && isNew(overview.data)) return <FirstSteps />;
  return (
    <>
      <Section title={t('home.needs')}>
        <Loaded query={today} lines={4}>
          {({ needs }) => <NeedCards needs={needs} />}
        </Loaded>
      </Section>
      <Section title={t('home.renewals')}>
        <Loaded query={today} lines={2}>
          {(report) => <RenewalsBar report={report} />}
        </Loaded>
      </Section>
      <OverviewSection query={overview} period={period} onPeriod={setPeriod} />
    </>
  );
}

/** Until it is known whether there is anything to show at all. */
function Waiting({ query }: { query: UseQueryResult<Overview> }): ReactNode {
  return (
    <Paper>
      <Loaded query={query} lines={9}>
        {() => null}
      </Loaded>
    </Paper>
  );
}

/** Nobody has ever subscribed: there is nothing to count, and much to do first. */
function isNew({ subscriptions }: Overview): boolean {
  return Object.values(subscriptions).every((count) => count === 0);
}
