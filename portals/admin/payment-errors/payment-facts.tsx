import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { type Field, FieldList } from '../../shared/parts/field-list.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import type { AdminPayment } from '../../shared/rest/types.ts';
import { CustomerName } from '../names.tsx';
import { useDeclineText } from './use-decline-text.ts';

export function PaymentFacts({ payment }: { payment: AdminPayment }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const declineText = useDeclineText();
  const { subscription, invoice, last_attempt, reason } = payment;
  const fields: Field[] = [
    { label: t('payments.customer'), value: <CustomerName id={payment.customer_id} /> },
    {
      label: t('payments.subscription'),
      value: subscription && (
        <>
          <RouterAnchor to={`/subscriptions/${subscription.subscription_id}`}>{subscription.plan_name}</RouterAnchor>{' '}
          <StatusBadge status={subscription.status} />
        </>
      ),
    },
    {
      label: t('payments.invoice'),
      value: (
        <>
          <RouterAnchor to={`/invoices/${invoice.invoice_id}`}>{invoice.number ?? invoice.invoice_id}</RouterAnchor>{' '}
          <StatusBadge status={invoice.status} />
        </>
      ),
    },
    { label: t('payments.reason'), value: reason && declineText(reason) },
    { label: t('payments.response'), value: last_attempt && responseOf(last_attempt) },
    { label: t('payments.lastAttempt'), value: last_attempt && format.instant(last_attempt.at) },
    {
      label: t('payments.attempts'),
      value: t('payments.attemptsOf', { count: payment.attempts_count, most: payment.max_retries }),
    },
    { label: t('payments.nextAttempt'), value: payment.next_attempt_at && format.instant(payment.next_attempt_at) },
    { label: t('payments.created'), value: format.instant(payment.created_at) },
    { label: t('payments.updated'), value: format.instant(payment.updated_at) },
  ];
  return (
    <Section title={t('payments.facts')}>
      <FieldList fields={fields} />
    </Section>
  );
}

/** The provider's own words and code, as far as it gave any. */
function responseOf({ message, code, provider }: NonNullable<AdminPayment['last_attempt']>): string {
  return [provider, code, message].filter((part) => part !== null).join(' · ');
}
