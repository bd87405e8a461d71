import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answered, rest } from '../../shared/rest/client.ts';
import type { PaymentInList } from '../../shared/rest/types.ts';
import { webAddress } from '../../shared/rest/web-address.ts';
import { rememberAtBank } from './at-bank.ts';

/** Leaves for the page of the customer's bank, which leads back to the payment's result. */
export function ConfirmAtBank({ payment }: { payment: PaymentInList }): ReactNode {
  const { t } = useTranslation();
  const { payment_id, subscription_id } = payment;
  const whole = useQuery({
    queryKey: ['payment', payment_id],
    queryFn: () => answered(rest.GET('/v1/payments/{payment_id}', { params: { path: { payment_id } } })),
  });
  const url = webAddress(whole.data?.next_action?.url);
  if (url === null) return null;
  return (
    <Button component="a" href={url} onClick={() => subscription_id !== null && rememberAtBank(subscription_id)}>
      {t('owed.confirmAtBank')}
    </Button>
  );
}
