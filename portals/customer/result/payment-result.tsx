import { Alert, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { PaymentInList, Subscription } from '../../shared/rest/types.ts';
import { paymentsQuery } from '../queries.ts';
import { ConfirmAtBank } from './confirm-at-bank.tsx';
import { isSettled, type Outcome, outcomeOf } from './outcome-of.ts';

const lookAgainMs = 2_000;
const colours: Readonly<Record<Outcome, string>> = {
  ...{ subscribed: 'green', paid: 'green', failed: 'red' },
  ...{ bank: 'blue', open: 'blue' },
};

interface Found {
  subscription: Subscription;
  /** The newest; absent where nothing was to be paid yet. */
  payment: PaymentInList | undefined;
  outcome: Outcome;
}

/** The outcome of a subscription's newest payment; while it is open it is asked for until it is known. */
export function PaymentResult({ subscriptionId }: { subscriptionId: string }): ReactNode {
  const client = useQueryClient();
  const result = useQuery({
    queryKey: ['payment-result', subscriptionId],
    queryFn: () => findResult(subscriptionId),
    refetchInterval: ({ state }) => (state.data !== undefined && isSettled(state.data.outcome) ? false : lookAgainMs),
  });
  const outcome = result.data?.outcome;
  useEffect(() => {
    // What else is on the page, as the banner, was read before.
    if (outcome !== undefined) void client.invalidateQueries({ queryKey: ['subscriptions'] });
  }, [outcome, client]);
  return <Loaded query={result}>{(found) => <Result {...found} />}</Loaded>;
}

async function findResult(subscription_id: string): Promise<Found> {
  const path = { subscription_id };
  const [subscription, payments] = await Promise.all([
    answered(rest.GET('/v1/subscriptions/{subscription_id}', { params: { path } })),
    paymentsQuery(subscription_id).queryFn(),
  ]);
  const payment = payments.data[0];
  return { subscription, payment, outcome: outcomeOf(subscription.status, payments.data) };
}

function Result({ subscription, payment, outcome }: Found): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { subscription_id, plan_id, allowed_commands } = subscription;
  const amount = payment && format.money(payment.amount, payment.currency);
  const isOver = outcome === 'failed' && allowed_commands.length === 0;
  return (
    <Alert color={colours[outcome]} title={t(`result.${outcome}`)} role="status">
      <Text size="sm">{t(`result.${outcome}Text`, { amount })}</Text>
      <Group mt="md">
        {outcome === 'bank' && payment && <ConfirmAtBank payment={payment} />}
        {isOver && (
          <RouterButton to="/subscribe" search={{ plan: plan_id } as never}>
            {t('result.another')}
          </RouterButton>
        )}
        <RouterButton to="/" search={{ subscription: subscription_id } as never} variant="default">
          {t('result.toOverview')}
        </RouterButton>
      </Group>
    </Alert>
  );
}
