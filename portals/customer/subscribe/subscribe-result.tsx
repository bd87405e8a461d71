import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { SubscriptionCreated } from '../../shared/rest/types.ts';

const lookAgainMs = 2_000;

function outcomeOf(status: SubscriptionCreated['status']): 'done' | 'failed' | 'open' {
  if (status === 'incomplete') return 'open';
  return status === 'payment_failed' || status === 'expired' || status === 'canceled' ? 'failed' : 'done';
}

const colours = { done: 'green', failed: 'red', open: 'blue' } as const;

/** The outcome; while it is open it is asked for until it is known. */
export function SubscribeResult({ created }: { created: SubscriptionCreated }): ReactNode {
  const { t } = useTranslation();
  const path = { subscription_id: created.subscription_id };
  const subscription = useQuery({
    queryKey: ['subscription', created.subscription_id],
    queryFn: () => answered(rest.GET('/v1/subscriptions/{subscription_id}', { params: { path } })),
    refetchInterval: ({ state }) => (outcomeOf(state.data?.status ?? created.status) === 'open' ? lookAgainMs : false),
  });
  const status = subscription.data?.status ?? created.status;
  const outcome = outcomeOf(status);
  const bankUrl = outcome === 'open' ? created.payment?.next_action?.url : undefined;
  return (
    <Alert color={colours[outcome]} title={t(`subscribe.result.${outcome}`)} role="status">
      <Text size="sm">
        {t(bankUrl === undefined ? `subscribe.result.${outcome}Text` : 'subscribe.result.bankText')}
      </Text>
      <Group mt="md">
        {bankUrl !== undefined && (
          <Button component="a" href={bankUrl} target="_blank" rel="noopener">
            {t('owed.confirmAtBank')}
          </Button>
        )}
        <RouterButton to="/" search={{ subscription: created.subscription_id } as never} variant="default">
          {t('subscribe.toOverview')}
        </RouterButton>
      </Group>
    </Alert>
  );
}
