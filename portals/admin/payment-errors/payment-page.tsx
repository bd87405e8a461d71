import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { AdminPayment } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { AttemptsSection } from './attempts-section.tsx';
import { PaymentDisputes } from './payment-disputes.tsx';
import { PaymentFacts } from './payment-facts.tsx';
import { RefundDialog } from './refund-dialog.tsx';
import { RefundsSection } from './refunds-section.tsx';
import { RetryDialog } from './retry-dialog.tsx';
import { useRetryNotice } from './use-retry-notice.ts';

const restingLookMs = 5_000;
const busyLookMs = 1_000;

/** An administrator's retry is under way (spec §8). */
function isRetrying(payment: AdminPayment): boolean {
  const hasOpenTask = payment.retry_tasks.some(({ status }) => status === 'requested' || status === 'running');
  return hasOpenTask || payment.status === 'retrying';
}

/** Under way: the result appears by itself. */
function isBusy(payment: AdminPayment): boolean {
  return isRetrying(payment) || payment.status === 'processing';
}

export function PaymentPage(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const payment = useQuery({
    queryKey: ['admin-payment', id],
    queryFn: () => answered(rest.GET('/v1/admin/payments/{payment_id}', { params: { path: { payment_id: id } } })),
    refetchInterval: ({ state }) => (state.data && isBusy(state.data) ? busyLookMs : restingLookMs),
  });
  const tellResult = useRetryNotice(payment.data);
  return (
    <Loaded query={payment} lines={10}>
      {(data) => <OnePayment payment={data} onRetryRequested={tellResult} />}
    </Loaded>
  );
}

interface OnePaymentProps {
  payment: AdminPayment;
  onRetryRequested: (taskId: string) => void;
}

function OnePayment({ payment, onRetryRequested }: OnePaymentProps): ReactNode {
  const format = useFormat();
  return (
    <>
      <PageHeader
        title={format.money(payment.amount, payment.currency)}
        text={
          <Group gap="xs" role="status">
            <StatusBadge status={isRetrying(payment) ? 'retrying' : payment.status} />
            <span className="break-anywhere">{payment.payment_id}</span>
          </Group>
        }
        actions={<PaymentActions payment={payment} onRetryRequested={onRetryRequested} />}
      />
      <WhyNot payment={payment} />
      <PaymentFacts payment={payment} />
      <AttemptsSection payment={payment} />
      <RefundsSection payment={payment} />
      <PaymentDisputes paymentId={payment.payment_id} />
    </>
  );
}

function PaymentActions({ payment, onRetryRequested }: OnePaymentProps): ReactNode {
  const { t } = useTranslation();
  const mayRefund = useMay('refunds:write');
  const mayRetry = useMay('failed_payments:retry');
  const [asking, setAsking] = useState<'retry' | 'refund' | null>(null);
  const isRefundable = payment.status === 'completed' || payment.status === 'partially_refunded';
  return (
    <>
      {payment.can_retry && mayRetry && !isBusy(payment) && (
        <Button onClick={() => setAsking('retry')}>{t('retry.run')}</Button>
      )}
      {isRefundable && mayRefund && (
        <Button variant="default" onClick={() => setAsking('refund')}>
          {t('refundDialog.title')}
        </Button>
      )}
      {asking === 'retry' && (
        <RetryDialog payment={payment} onRequested={onRetryRequested} onClose={() => setAsking(null)} />
      )}
      {asking === 'refund' && <RefundDialog payment={payment} onClose={() => setAsking(null)} />}
    </>
  );
}

/** A failed payment that cannot be retried says why, in the button's place. */
function WhyNot({ payment }: { payment: AdminPayment }): ReactNode {
  const { t } = useTranslation();
  const mayRetry = useMay('failed_payments:retry');
  const hasFailed = payment.status === 'failed' || payment.status === 'failed_permanent';
  if (!hasFailed || isBusy(payment) || (payment.can_retry && mayRetry)) return null;
  const reason = mayRetry ? payment.can_retry_reason : t('actions.noPermission');
  return (
    <Text size="sm" mb="md">
      {t('retry.notPossible', { reason })}
    </Text>
  );
}
