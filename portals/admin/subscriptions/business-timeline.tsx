import { Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Subscription, TimelineEntry } from '../../shared/rest/types.ts';
import { TimelineDetails } from './timeline-details.tsx';

const troubles = /failed|past_due|refused|needs|lapsed|dunning|disputed|lost|rejected|not_possible/;
const joys = /activated|renewed|recovered|resumed|won|refunded$/;

function colourOf(action: string): string {
  if (troubles.test(action)) return 'orange';
  return joys.test(action) ? 'green' : 'gray';
}

/** What happened, newest first, with who did it and what it was about. */
export function BusinessTimeline({ subscription }: { subscription: Subscription }): ReactNode {
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
    <Section title={t('timelinePage.title')}>
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
  const { t } = useTranslation();
  const format = useFormat();
  const { actor } = entry.details;
  const by = actor === 'workflow' || typeof actor !== 'string' ? t('timelinePage.byItself') : actor;
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('timelinePage.line', { at: format.exact(entry.at), plan: entry.plan_name, by })}
      </Text>
      <TimelineDetails details={entry.details} currency={currency} />
    </>
  );
}
