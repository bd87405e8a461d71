import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/format/use-format.ts';
import { RouterButton } from '../shared/parts/router-parts.tsx';
import type { Subscription } from '../shared/rest/types.ts';
import { paymentsQuery, useChosenSubscription } from './queries.ts';
import { ConfirmAtBank } from './result/confirm-at-bank.tsx';

const unpaid = new Set<Subscription['status']>(['past_due', 'incomplete', 'payment_failed']);
const PayNowDialog = lazy(async () => ({ default: (await import('./pay-now-dialog.tsx')).PayNowDialog }));
const lookAgainMs = 3_000;

/** What is owed, and the shortest way to pay it. */
export function PastDueBanner(): ReactNode {
  const { chosen } = useChosenSubscription();
  const path = useRouterState({ select: (state) => state.location.pathname });
  // That page says it itself.
  if (path === '/payment-result') return null;
  if (chosen === undefined || !unpaid.has(chosen.status)) return null;
  // A first payment that failed for good is owed no more: the subscription is over.
  if (chosen.status === 'payment_failed' && chosen.allowed_commands.length === 0) return null;
  return <OwedPayment subscription={chosen} />;
}

function OwedPayment({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [isAsking, setAsking] = useState(false);
  const payments = useQuery({ ...paymentsQuery(subscription.subscription_id), refetchInterval: lookAgainMs });
  const owed = payments.data?.data.find(
    ({ status }) => !['completed', 'refunded', 'partially_refunded', 'disputed'].includes(status),
  );
  if (owed === undefined) return null;
  const amount = format.money(owed.amount, owed.currency);
  const isTrying = owed.status === 'retrying' || owed.status === 'processing' || owed.status === 'pending';
  return (
    <Alert
      color={isTrying ? 'blue' : 'red'}
      mb="lg"
      icon={<IconAlertTriangle aria-hidden />}
      title={t(isTrying ? 'owed.trying' : 'owed.title', { amount })}
      role="status"
    >
      <Text size="sm">{t(`owed.text.${owed.status}`, { defaultValue: t('owed.text.failed') })}</Text>
      {owed.status === 'failed' && owed.next_attempt_at !== null && (
        <Text size="sm">{t('owed.next', { at: format.instant(owed.next_attempt_at) })}</Text>
      )}
      <Group mt="sm" gap="sm">
        {owed.status === 'failed' && subscription.allowed_commands.includes('retry') && (
          <Button size="xs" onClick={() => setAsking(true)}>
            {t('owed.payNow')}
          </Button>
        )}
        {owed.status === 'requires_action' && <ConfirmAtBank payment={owed} />}
        {(owed.status === 'failed' || owed.status === 'failed_permanent') && (
          <RouterButton to="/payment-methods" size="xs" variant="default">
            {t('owed.otherMethod')}
          </RouterButton>
        )}
      </Group>
      <Suspense>
        {isAsking && (
          <PayNowDialog subscriptionId={subscription.subscription_id} payment={owed} onClose={() => setAsking(false)} />
        )}
      </Suspense>
    </Alert>
  );
}
