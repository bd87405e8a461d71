import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useMethodName } from '../../shared/parts/use-method-name.ts';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { everyPlanQuery } from '../../shared/rest/plan-queries.ts';
import type { Customer } from '../../shared/rest/types.ts';
import { isQuantity } from '../../shared/subscription/quantity.ts';
import { FirstCharge } from './first-charge.tsx';
import { methodsQuery } from './methods-query.ts';

/** Subscribes a customer; who is charged, and what is charged today, is said before. */
export function SubscribeDialog({ customer, onClose }: { customer: Customer; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const priceText = usePriceText();
  const methodName = useMethodName();
  const refresh = useRefresh();
  const { customer_id, name, email } = customer;
  const plans = useQuery(everyPlanQuery('active')).data ?? [];
  const methods = useQuery(methodsQuery(customer_id)).data ?? [];
  const [planId, setPlanId] = useState('');
  const [methodId, setMethodId] = useState('');
  const [units, setUnits] = useState('1');
  const plan = plans.find(({ plan_id }) => plan_id === planId);
  const quantity = plan?.pricing_model === 'per_unit' ? units : '1';
  async function subscribe(key: string): Promise<void> {
    const method = methodId === '' ? {} : { payment_method_id: methodId };
    const body = { customer_id, plan_id: planId, quantity: Number(quantity), metadata: {}, ...method };
    const created = await answered(rest.POST('/v1/subscriptions', { params: keyed(key), body }));
    await refresh(t(created.status === 'incomplete' ? 'customers.subscribedOpen' : 'customers.subscribed'));
  }
  return (
    <IntentDialog
      title={t('customers.subscribe')}
      confirm={t('customers.subscribeConfirm')}
      disabled={plan === undefined || !isQuantity(quantity)}
      onConfirm={subscribe}
      onClose={onClose}
    >
      <FieldList
        columns={1}
        fields={[
          { label: t('customers.charged'), value: name === null ? email : `${name} · ${email}` },
          { label: t('customers.id'), value: customer_id },
        ]}
      />
      <NativeSelect
        label={t('subscriptions.plan')}
        value={planId}
        onChange={(event) => setPlanId(event.currentTarget.value)}
        data={[
          { value: '', label: t('customers.choosePlan') },
          ...plans.map((one) => ({ value: one.plan_id, label: `${one.name} · ${priceText(one)}` })),
        ]}
      />
      {plan?.pricing_model === 'per_unit' && (
        <TextInput
          label={t('subscriptions.quantity')}
          inputMode="numeric"
          error={isQuantity(units) ? undefined : t('customers.quantityText')}
          value={units}
          onChange={(event) => setUnits(event.currentTarget.value)}
        />
      )}
      <NativeSelect
        label={t('customers.method')}
        value={methodId}
        onChange={(event) => setMethodId(event.currentTarget.value)}
        data={[
          { value: '', label: t('customers.defaultMethod') },
          ...methods.map((one) => ({ value: one.payment_method_id, label: methodName(one) })),
        ]}
      />
      <Text size="sm" role="status">
        {plan && isQuantity(quantity) && <FirstCharge plan={plan} quantity={Number(quantity)} name={name ?? email} />}
      </Text>
    </IntentDialog>
  );
}
