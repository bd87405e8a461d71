import { Alert, Radio, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { EmptyState } from '../../../shared/parts/empty-state.tsx';
import { IntentDialog } from '../../../shared/parts/intent-dialog.tsx';
import { Loaded } from '../../../shared/parts/loaded.tsx';
import { useMethodName } from '../../../shared/parts/use-method-name.ts';
import { useRefresh } from '../../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../../shared/rest/client.ts';
import type { SubscriptionDialogProps } from '../../../shared/subscription/dialog-props.ts';
import { methodsQuery } from '../../customers/methods-query.ts';

/** Another of the customer's methods; what is owed is tried with it at once. */
export function ChangeMethodDialog({ subscription, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const methodName = useMethodName();
  const methods = useQuery(methodsQuery(subscription.customer_id));
  const [methodId, setMethodId] = useState(subscription.payment_method_id);
  const owes = subscription.status === 'past_due' || subscription.collection === 'dunning';
  const owed = owes ? subscription.next_charge : null;
  async function change(key: string): Promise<void> {
    const path = { subscription_id: subscription.subscription_id };
    const body = { payment_method_id: methodId ?? '', effective: 'now' as const, proration: 'next_invoice' as const };
    await answered(rest.PUT('/v1/subscriptions/{subscription_id}', { params: { path, ...keyed(key) }, body }));
    await refresh(t('method.done'));
  }
  return (
    <IntentDialog
      title={t('actions.change_payment_method')}
      confirm={t('method.confirm')}
      disabled={methodId === null || methodId === subscription.payment_method_id}
      onConfirm={change}
      onClose={onClose}
    >
      <Loaded query={methods}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title={t('customers.noMethods')} text={t('customers.noMethodsText')} />
          ) : (
            <Radio.Group label={t('method.field')} value={methodId} onChange={setMethodId}>
              <Stack gap="xs" mt="xs">
                {rows.map((method) => (
                  <Radio
                    key={method.payment_method_id}
                    value={method.payment_method_id}
                    label={methodName(method)}
                    description={method.default ? t('customers.defaultMethod') : undefined}
                  />
                ))}
              </Stack>
            </Radio.Group>
          )
        }
      </Loaded>
      {owes ? (
        <Alert color="orange" variant="light">
          {owed === null
            ? t('method.triesAtOnce')
            : t('method.triesAmountAtOnce', { amount: format.money(owed.amount, owed.currency) })}
        </Alert>
      ) : (
        <Text size="sm" c="dimmed">
          {t('method.text')}
        </Text>
      )}
    </IntentDialog>
  );
}
