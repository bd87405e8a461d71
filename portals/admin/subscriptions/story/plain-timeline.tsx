import { Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { Loaded } from '../../../shared/parts/loaded.tsx';
import { Section } from '../../../shared/parts/section.tsx';
import { answered, rest } from '../../../shared/rest/client.ts';
import type { Subscription, TimelineEntry } from '../../../shared/rest/types.ts';
import { ActorName } from './actor-name.tsx';
import { colourOf } from './entry-colour.ts';
import { EntryDetails } from './entry-details.tsx';

/** What happened, newest first, with who did it and what it was about. */
export function PlainTimeline({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const timeline = useQuery({
    queryKey: ['timeline', subscription.subscription_id, subscription.updated_at],
    queryFn: () => {
      const path = { subscription_id: subscription.subscription_id };
      return answered(rest.GET('/v1/subscriptions/{subscription_id}/timeline', { params: { path } }));
    },
    placeholderData: (earlier) => earlier,
  });
  return (
    <Section title={t('runs.plainTitle')}>
      <Loaded query={timeline} lines={6}>
        {({ data }) => (
          <Timeline bulletSize={14} lineWidth={2} active={data.length}>
            {data
              .map((entry, index) => ({ entry, index }))
              .reverse()
              .map(({ entry, index }) => (
                <Timeline.Item
                  key={index}
                  color={colourOf(entry.action)}
                  title={t(`timeline.${entry.action}`, { defaultValue: entry.action.replaceAll('_', ' ') })}
                >
                  <EntryText entry={entry} currency={subscription.currency} />
                </Timeline.Item>
              ))}
          </Timeline>
        )}
      </Loaded>
    </Section>
  );
}

function EntryText({ entry, currency }: { entry: TimelineEntry; currency: string }): ReactNode {
  const format = useFormat();
  return (
    <>
      <Text size="sm" c="dimmed">
        {`${format.exact(entry.at)} · ${entry.plan_name} · `}
        <ActorName actor={entry.details['actor']} />
      </Text>
      <EntryDetails details={entry.details} currency={currency} />
    </>
  );
}
