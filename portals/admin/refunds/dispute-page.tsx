import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Dispute } from '../../shared/rest/types.ts';
import { CustomerName } from '../names.tsx';
import { DisputeEffects } from './dispute-effects.tsx';
import { DisputeState } from './dispute-state.tsx';

const lookAgainMs = 5_000;

export function DisputePage(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const dispute = useQuery({
    queryKey: ['dispute', id],
    queryFn: () => answered(rest.GET('/v1/admin/disputes/{dispute_id}', { params: { path: { dispute_id: id } } })),
    refetchInterval: lookAgainMs,
  });
  return (
    <Loaded query={dispute} lines={10}>
      {(data) => <OneDispute dispute={data} />}
    </Loaded>
  );
}

function OneDispute({ dispute }: { dispute: Dispute }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <PageHeader
        title={t('disputes.title', { amount: format.money(dispute.amount, dispute.currency) })}
        text={
          <Group gap="xs" role="status">
            <DisputeState status={dispute.status} />
            <span className="break-anywhere">{dispute.dispute_id}</span>
          </Group>
        }
      />
      <DisputeFacts dispute={dispute} />
      <Section title={t('disputes.effects')}>
        {dispute.subscription_id === null ? (
          <Text size="sm">{t('disputes.noSubscription')}</Text>
        ) : (
          <DisputeEffects dispute={dispute} subscriptionId={dispute.subscription_id} />
        )}
      </Section>
    </>
  );
}

function DisputeFacts({ dispute }: { dispute: Dispute }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { subscription_id, subscription_status, payment_id, evidence_due_at, settled_at, provider } = dispute;
  const fields = [
    { label: t('payments.customer'), value: <CustomerName id={dispute.customer_id} /> },
    { label: t('payments.payment'), value: <RouterAnchor to={`/payments/${payment_id}`}>{payment_id}</RouterAnchor> },
    {
      label: t('payments.subscription'),
      value: subscription_id && (
        <>
          <RouterAnchor to={`/subscriptions/${subscription_id}`}>{subscription_id}</RouterAnchor>{' '}
          <StatusBadge status={subscription_status ?? ''} />
        </>
      ),
    },
    { label: t('disputes.amount'), value: format.money(dispute.amount, dispute.currency) },
    { label: t('disputes.reserved'), value: format.money(dispute.reserved, dispute.currency) },
    { label: t('disputes.reason'), value: dispute.reason.replaceAll('_', ' ') },
    { label: t('disputes.opened'), value: format.instant(dispute.opened_at) },
    { label: t('disputes.due'), value: evidence_due_at && format.instant(evidence_due_at) },
    { label: t('disputes.settled'), value: settled_at && format.instant(settled_at) },
    { label: t('area.provider'), value: t(`providerName.${provider}`, { defaultValue: provider }) },
    { label: t('disputes.atProvider'), value: dispute.provider_dispute_id },
  ];
  return (
    <Section title={t('disputes.facts')}>
      <FieldList fields={fields} />
    </Section>
  );
}
