import { Button, Group, Loader, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemPanel } from '../../../shared/parts/problem-panel.tsx';
import { answered, rest } from '../../../shared/rest/client.ts';
import { RawText } from '../../raw-text.tsx';
import type { RunEvent } from './run-story.ts';

/** The events by their place in the subscription's order; each opens as it was published. */
export function EventNumbers({ events, subscriptionId }: { events: RunEvent[]; subscriptionId: string }): ReactNode {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<number | null>(null);
  const numbered = events.filter(({ sequence }) => sequence !== null);
  if (numbered.length === 0) return null;
  return (
    <Group gap={4} mt={4} aria-label={t('runs.events')} role="group">
      {numbered.map(({ event_id, sequence, type }) => (
        <Button
          key={event_id}
          variant="default"
          size="compact-xs"
          fw={500}
          className="figures"
          onClick={() => setOpened(sequence)}
        >
          {t('runs.event', { number: sequence, type })}
        </Button>
      ))}
      {opened !== null && (
        <EventDialog subscriptionId={subscriptionId} sequence={opened} onClose={() => setOpened(null)} />
      )}
    </Group>
  );
}

function EventDialog(props: { subscriptionId: string; sequence: number; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { subscriptionId, sequence } = props;
  const event = useQuery({
    queryKey: ['event', subscriptionId, sequence],
    queryFn: () => {
      const params = { path: { subscription_id: subscriptionId }, query: { after: sequence - 1, limit: 1 } };
      return answered(rest.GET('/v1/subscriptions/{subscription_id}/events', { params }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('runs.eventTitle', { number: sequence })}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('parts.close') }}
    >
      {event.isError && <ProblemPanel error={event.error} onRetry={() => void event.refetch()} />}
      {event.isPending && <Loader aria-label={t('parts.loading')} />}
      {event.data && (
        <RawText
          label={t('runs.eventTitle', { number: sequence })}
          text={JSON.stringify(event.data.data[0] ?? null, null, 2)}
        />
      )}
    </Modal>
  );
}
