import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answered, rest } from '../shared/rest/client.ts';

/** A payment the customer's bank wants confirmed on its own page. */
export function ConfirmAtBank({ paymentId }: { paymentId: string }): ReactNode {
  const { t } = useTranslation();
  const payment = useQuery({
    queryKey: ['payment', paymentId],
    queryFn: () => answered(rest.GET('/v1/payments/{payment_id}', { params: { path: { payment_id: paymentId } } })),
  });
  const url = payment.data?.next_action?.url;
  if (url === undefined) return null;
  return (
    <Button component="a" href={url} target="_blank" rel="noopener" size="xs">
      {t('owed.confirmAtBank')}
    </Button>
  );
}
