import { Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Dispute, TimelineEntry } from '../../shared/rest/types.ts';

/** What the policy does is done for one of these reasons. */
const policyReasons: readonly unknown[] = ['dispute_opened', 'dispute_lost'];

/** Entries about this dispute, and what the business's policy did because of it. */
function isEffect(entry: TimelineEntry, dispute: Dispute): boolean {
  const { dispute_id, reason } = entry.details;
  if (dispute_id !== undefined) return dispute_id === dispute.dispute_id;
  return policyReasons.includes(reason);
}

/** What a dispute did to the subscription it is about, from the subscription's own timeline. */
export function DisputeEffects(props: { dispute: Dispute; subscriptionId: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { dispute, subscriptionId } = props;
  const timeline = useQuery({
    queryKey: ['timeline', subscriptionId, dispute.status],
    queryFn: () => {
      const path = { subscription_id: subscriptionId };
      return answered(rest.GET('/v1/subscriptions/{subscription_id}/timeline', { params: { path } }));
    },
  });
  return (
    <Loaded query={timeline}>
      {({ data }) => {
        const effects = data.filter((entry) => isEffect(entry, dispute));
        if (effects.length === 0) return <Text size="sm">{t('disputes.noEffect')}</Text>;
        return (
          <Timeline bulletSize={14} lineWidth={2} active={effects.length}>
            {effects.map((entry, index) => (
              <Timeline.Item
                key={index}
                title={t(`timeline.${entry.action}`, { defaultValue: entry.action.replaceAll('_', ' ') })}
              >
                <Text size="sm" c="dimmed">
                  {format.exact(entry.at)}
                </Text>
              </Timeline.Item>
            ))}
          </Timeline>
        );
      }}
    </Loaded>
  );
}
