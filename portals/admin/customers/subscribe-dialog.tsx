import { NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useMethodName } from '../../shared/parts/use-method-name.ts';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { activePlansQuery } from '../../shared/rest/plan-queries.ts';
import { methodsQuery } from './methods-query.ts';

/** Subscribes a customer; what is charged today is said before. */
export function SubscribeDialog({ customerId, onClose }: { customerId: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const priceText = usePriceText();
  const methodName = useMethodName();
  const refresh = useRefresh();
  const plans = useQuery(activePlansQuery()).data ?? [];
  const methods = useQuery(methodsQuery(customerId)).data ?? [];
  const [planId, setPlanId] = useState('');
  const [methodId, setMethodId] = useState('');
  const plan = plans.find(({ plan_id }) => plan_id === planId);
  async function subscribe(key: string): Promise<void> {
    const method = methodId === '' ? {} : { payment_method_id: methodId };
    const body = { customer_id: customerId, plan_id: planId, quantity: 1, metadata: {}, ...method };
    const created = await answered(rest.POST('/v1/subscriptions', { params: keyed(key), body }));
    await refresh(t(created.status === 'incomplete' ? 'customers.subscribedOpen' : 'customers.subscribed'));
  }
  return (
    <IntentDialog
      title={t('customers.subscribe')}
      confirm={t('customers.subscribeConfirm')}
      disabled={plan === undefined}
      onConfirm={subscribe}
      onClose={onClose}
    >
      <NativeSelect
        label={t('subscriptions.plan')}
        value={planId}
        onChange={(event) => setPlanId(event.currentTarget.value)}
        data={[
          { value: '', label: t('customers.choosePlan') },
          ...plans.map((one) => ({ value: one.plan_id, label: `${one.name} · ${priceText(one)}` })),
        ]}
      />
      <NativeSelect
        label={t('customers.method')}
        value={methodId}
        onChange={(event) => setMethodId(event.currentTarget.value)}
        data={[
          { value: '', label: t('customers.defaultMethod') },
          ...methods.map((one) => ({ value: one.payment_method_id, label: methodName(one) })),
        ]}
      />
      {plan && (
        <Text size="sm">
          {plan.trial_period_days > 0
            ? t('customers.chargedLater', { count: plan.trial_period_days, price: priceText(plan) })
            : t('customers.chargedNow', { amount: format.money(plan.amount, plan.currency) })}
        </Text>
      )}
    </IntentDialog>
  );
}
