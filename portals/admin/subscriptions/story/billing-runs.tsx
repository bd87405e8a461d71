import { Button, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemPanel } from '../../../shared/parts/problem-panel.tsx';
import { Section } from '../../../shared/parts/section.tsx';
import { Skeletons } from '../../../shared/parts/skeletons.tsx';
import { answered, rest } from '../../../shared/rest/client.ts';
import type { Subscription } from '../../../shared/rest/types.ts';
import { useMay } from '../../../shared/session/session-context.tsx';
import { PlainTimeline } from './plain-timeline.tsx';
import { RunCard } from './run-card.tsx';

const pageSize = 6;
const lookAgainMs = 10_000;

/** What happened, billing run by billing run; in plain order for whoever may not read payments, or before there is a run. */
export function BillingRuns({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const mayRead = useMay('failed_payments:read');
  const { subscription_id, updated_at, currency } = subscription;
  const query = useInfiniteQuery({
    queryKey: ['billing-runs', subscription_id, updated_at],
    queryFn: ({ pageParam }) => {
      const params = { path: { subscription_id }, query: { limit: pageSize, cursor: pageParam } };
      return answered(rest.GET('/v1/admin/subscriptions/{subscription_id}/billing-runs', { params }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: (earlier) => earlier,
    refetchInterval: lookAgainMs,
    enabled: mayRead,
  });
  const runs = query.data?.pages.flatMap(({ data }) => data);
  if (!mayRead || runs?.length === 0) return <PlainTimeline subscription={subscription} />;
  return (
    <Section title={t('runs.title')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('runs.text')}
      </Text>
      {query.isError && <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeletons lines={6} />}
      <Stack gap="sm">
        {runs?.map((run, index) => (
          <RunCard
            key={run.billing_run_id}
            run={run}
            subscriptionId={subscription_id}
            currency={currency}
            isLatest={index === 0}
          />
        ))}
      </Stack>
      {query.hasNextPage && (
        <Button variant="default" mt="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('runs.earlier')}
        </Button>
      )}
    </Section>
  );
}
