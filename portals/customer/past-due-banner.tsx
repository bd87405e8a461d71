import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/format/use-format.ts';
import { RouterButton } from '../shared/parts/router-parts.tsx';
import type { Subscription } from '../shared/rest/types.ts';
import { paymentsQuery, useChosenSubscription, usePlans } from './queries.ts';
import { ConfirmAtBank } from './result/confirm-at-bank.tsx';

const unpaid = new Set<Subscription['status']>(['past_due', 'incomplete', 'payment_failed']);
const PayNowDialog = lazy(async () => ({ default: (await import('./pay-now-dialog.tsx')).PayNowDialog }));
const lookAgainMs = 3_000;

/** What is owed for each subscription, and the shortest way to pay it. */
export function PastDueBanner(): ReactNode {
  const { subscriptions } = useChosenSubscription();
  const planOf = usePlans();
  const path = useRouterState({ select: (state) => state.location.pathname });
  // That page says it itself.
  if (path === '/payment-result') return null;
  return subscriptions
    .filter(isOwing)
    .map((subscription) => (
      <OwedPayment
        key={subscription.subscription_id}
        subscription={subscription}
        plan={subscriptions.length > 1 ? planOf(subscription.plan_id)?.name : undefined}
      />
    ));
}

/** A first payment that failed for good is owed no more: the subscription is over. */
function isOwing({ status, allowed_commands }: Subscription): boolean {
  return unpaid.has(status) && (status !== 'payment_failed' || allowed_commands.length > 0);
}

/** `plan`: which it is about, where the customer has several. */
function OwedPayment({ subscription, plan }: { subscription: Subscription; plan: string | undefined }): ReactNode {
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
  const what = isTrying ? 'owed.trying' : 'owed.title';
  return (
    <Alert
      color={isTrying ? 'blue' : 'red'}
      mb="lg"
      icon={<IconAlertTriangle aria-hidden />}
      title={plan === undefined ? t(what, { amount }) : t(`${what}Of`, { amount, plan })}
      role="status"
    >
      <Text size="sm">{t(`owed.text.${owed.status}`, { defaultValue: t('owed.text.failed') })}</Text>
      {owed.status === 'failed' && owed.next_attempt_at !== null && (
        <Text size="sm">{t('owed.next', { at: format.instant(owed.next_attempt_at) })}</Text>
      )}
      <Group mt="sm" gap="sm">
        {owed.status === 'failed' && subscription.allowed_commands.includes('retry') && (
          <Button size="xs" onClick={() => setAsking(true)} aria-label={plan && t('owed.payNowOf', { plan })}>
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
