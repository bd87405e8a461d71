import { Alert, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { ActionButton } from '../../shared/parts/action-button.tsx';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { RawText } from '../raw-text.tsx';
import { DiscardDialog } from './discard-dialog.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { type Webhook, whyNoDiscard, whyNoReplay } from './webhook-states.ts';

const lookAgainMs = 5_000;

/** One notification: what it says, why it was not handled, and what can be done about it. */
export function WebhookPage(): ReactNode {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({
    queryKey: ['webhook', id],
    queryFn: () => answered(rest.GET('/v1/admin/webhooks/{webhook_id}', { params: { path: { webhook_id: id } } })),
    // One that was sent off again is seen to arrive.
    refetchInterval: ({ state }) => (state.data?.status === 'received' ? lookAgainMs : false),
  });
  return (
    <Loaded query={query} lines={8}>
      {(webhook) => <Notification webhook={webhook} />}
    </Loaded>
  );
}

function Notification({ webhook }: { webhook: Webhook }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { status, error, fact, processed_at } = webhook;
  return (
    <>
      <PageHeader
        title={webhook.event_type ?? webhook.provider_event_id}
        text={<StatusBadge status={status} />}
        actions={<Actions webhook={webhook} />}
      />
      {error !== null && (
        <Alert color={status === 'dead' ? 'red' : 'gray'} variant="light" mb="lg" title={t('webhooks.why')}>
          <Text size="sm" className="break-anywhere">
            {error}
          </Text>
        </Alert>
      )}
      <Section title={t('webhooks.facts')}>
        <FieldList
          fields={[
            { label: t('webhooks.provider'), value: webhook.provider },
            { label: t('webhooks.endpoint'), value: webhook.endpoint },
            { label: t('webhooks.providerEvent'), value: webhook.provider_event_id },
            { label: t('webhooks.receivedAt'), value: format.exact(webhook.received_at) },
            { label: t('webhooks.processedAt'), value: processed_at && format.exact(processed_at) },
            { label: t('webhooks.triesField'), value: format.number(webhook.tries) },
          ]}
        />
      </Section>
      <Section title={t('webhooks.fact')}>
        {fact === null ? (
          <Text size="sm" c="dimmed">
            {t('webhooks.noFact')}
          </Text>
        ) : (
          <RawText label={t('webhooks.fact')} text={JSON.stringify(fact, null, 2)} />
        )}
      </Section>
      <Section title={t('webhooks.body')}>
        <RawText label={t('webhooks.body')} text={readable(webhook.body)} />
      </Section>
    </>
  );
}

/** JSON with its lines broken; anything else as it came. */
function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}

function Actions({ webhook }: { webhook: Webhook }): ReactNode {
  const { t } = useTranslation();
  const may = useMay('webhooks:write');
  const [open, setOpen] = useState<'replay' | 'discard' | null>(null);
  const reasonOf = (why: 'onItsWay' | 'handled' | null) => {
    if (!may) return t('actions.noPermission');
    return why === null ? undefined : t(`webhooks.${why}`);
  };
  const close = () => setOpen(null);
  return (
    <Group gap="sm">
      <ActionButton
        label={t('webhooks.replay')}
        forbidden={reasonOf(whyNoReplay(webhook))}
        onClick={() => setOpen('replay')}
      />
      <ActionButton
        label={t('webhooks.discard')}
        forbidden={reasonOf(whyNoDiscard(webhook))}
        danger
        onClick={() => setOpen('discard')}
      />
      {open === 'replay' && <ReplayDialog webhook={webhook} onClose={close} />}
      {open === 'discard' && <DiscardDialog webhook={webhook} onClose={close} />}
    </Group>
  );
}
