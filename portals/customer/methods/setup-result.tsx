import { Alert } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answered, rest } from '../../shared/rest/client.ts';
import { useCustomerId } from '../../shared/session/session-context.tsx';
import { forgetSetup, pendingSetup } from './pending-setup.ts';

const lookAgainMs = 2_000;
const colours = { open: 'blue', completed: 'green', failed: 'red', expired: 'red' } as const;

/** Back from the provider's page: what became of it, asked until it is known. */
export function SetupResult(): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const customer_id = useCustomerId();
  const [setup_id, setSetupId] = useState(pendingSetup);
  const setup = useQuery({
    queryKey: ['method-setup', setup_id],
    queryFn: () => {
      const path = { customer_id, setup_id: setup_id ?? '' };
      return answered(rest.GET('/v1/customers/{customer_id}/payment-method-setups/{setup_id}', { params: { path } }));
    },
    enabled: setup_id !== null,
    refetchInterval: ({ state }) => (state.data?.status === 'open' ? lookAgainMs : false),
  });
  const status = setup.data?.status;
  useEffect(() => {
    if (status === undefined || status === 'open') return;
    forgetSetup();
    if (status === 'completed') void client.invalidateQueries({ queryKey: ['methods'] });
  }, [status, client]);
  if (status === undefined) return null;
  const dismiss = () => {
    forgetSetup();
    setSetupId(null);
  };
  return (
    <Alert
      color={colours[status]}
      mb="lg"
      role="status"
      withCloseButton
      closeButtonLabel={t('parts.close')}
      onClose={dismiss}
    >
      {t(`methods.setup.${status}`)}
    </Alert>
  );
}
