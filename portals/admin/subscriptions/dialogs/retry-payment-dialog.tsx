import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../shared/parts/empty-state.tsx';
import { IntentDialog } from '../../../shared/parts/intent-dialog.tsx';
import { Loaded } from '../../../shared/parts/loaded.tsx';
import { answered, rest } from '../../../shared/rest/client.ts';
import type { SubscriptionDialogProps } from '../../../shared/subscription/dialog-props.ts';
import { RetryDialog } from '../../payment-errors/retry-dialog.tsx';

/** The failed payment of the subscription that may be tried again, by the same dialog as from its own page. */
export function RetryPaymentDialog({ subscription, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const { subscription_id } = subscription;
  const payment = useQuery({
    queryKey: ['retryable-payment', subscription_id, subscription.updated_at],
    queryFn: async () => {
      const query = { status: 'failed', subscription_id, limit: 10 };
      const { data } = await answered(rest.GET('/v1/admin/payments', { params: { query } }));
      const found = data.find(({ can_retry }) => can_retry);
      if (found === undefined) return null;
      const path = { payment_id: found.payment_id };
      return answered(rest.GET('/v1/admin/payments/{payment_id}', { params: { path } }));
    },
  });
  if (payment.data) return <RetryDialog payment={payment.data} onClose={onClose} />;
  return (
    <IntentDialog
      title={t('retry.run')}
      confirm={t('retry.confirm')}
      disabled
      onConfirm={async () => false}
      onClose={onClose}
    >
      <Loaded query={payment}>{() => <EmptyState title={t('actions.nothingToRetry')} />}</Loaded>
    </IntentDialog>
  );
}
