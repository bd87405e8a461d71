import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import type { Plan, Subscription } from '../../shared/rest/types.ts';
import { CustomerName } from '../names.tsx';
import { metadataText } from './dialogs/metadata-text.ts';
import { MethodOf } from './method-of.tsx';

export function SubscriptionFacts(props: { subscription: Subscription; plan: Plan | undefined }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const priceText = usePriceText();
  const { subscription, plan } = props;
  const { next_charge, start_date, end_date, cancel_at, pending_change, resumes_at } = subscription;
  const fields = [
    { label: t('subscriptions.customer'), value: <CustomerName id={subscription.customer_id} /> },
    { label: t('subscriptions.price'), value: plan && priceText(plan) },
    { label: t('subscriptions.quantity'), value: format.number(subscription.quantity) },
    {
      label: t('subscriptions.next'),
      value:
        next_charge &&
        t('subscriptions.nextValue', {
          amount: format.money(next_charge.amount, next_charge.currency),
          at: format.instant(next_charge.at),
        }),
    },
    {
      label: t('subscriptions.period'),
      value:
        start_date !== null &&
        end_date !== null &&
        t('parts.range', { from: format.day(start_date), to: format.day(end_date) }),
    },
    { label: t('subscriptions.credit'), value: format.money(subscription.credit_balance, subscription.currency) },
    { label: t('customers.method'), value: <MethodOf subscription={subscription} /> },
    { label: t('subscriptions.cancelAt'), value: cancel_at && format.instant(cancel_at) },
    { label: t('subscriptions.resumesAt'), value: resumes_at && format.instant(resumes_at) },
    { label: t('subscriptions.metadata'), value: metadataText(subscription.metadata) },
    { label: t('subscriptions.pending'), value: pending_change && t(`changePlan.waits.${pending_change.waits_for}`) },
  ];
  return (
    <Section title={t('subscriptions.facts')}>
      <FieldList
        fields={fields.filter(({ value }) => value !== null && value !== false && value !== undefined && value !== '')}
      />
    </Section>
  );
}
