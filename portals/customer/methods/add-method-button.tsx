import { Button, Menu } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyFailed } from '../../shared/parts/notices.ts';
import { useProblemText } from '../../shared/parts/use-problem-text.ts';
import { answered, keyed, newIntentKey, rest } from '../../shared/rest/client.ts';
import { useCustomerId } from '../../shared/session/session-context.tsx';
import { rememberSetup } from './pending-setup.ts';

/** Leaves for the provider's own page: a card's number never enters this one. Nothing is charged there. */
export function AddMethodButton({ returnTo }: { returnTo: '/payment-methods' | '/subscribe' }): ReactNode {
  const { t } = useTranslation();
  const customer_id = useCustomerId();
  const problemText = useProblemText();
  const providers = useQuery({
    queryKey: ['method-providers'],
    queryFn: () => answered(rest.GET('/v1/payment-method-providers')),
    staleTime: 60_000,
  });
  const names = providers.data?.data.map(({ provider }) => provider) ?? [];
  const begin = useMutation({
    mutationFn: (provider: (typeof names)[number]) => {
      const body = { provider, return_url: `${location.origin}/portal${returnTo}${location.search}` };
      const params = { path: { customer_id }, ...keyed(newIntentKey()) };
      return answered(rest.POST('/v1/customers/{customer_id}/payment-method-setups', { params, body }));
    },
    onSuccess: ({ setup_id, url }) => {
      if (url === null) return;
      rememberSetup(setup_id);
      location.assign(url);
    },
    onError: (error) => notifyFailed(problemText(error)),
  });
  const [only, another] = names;
  if (only === undefined) return null;
  // While subscribing it is a step on the way, not the aim.
  const variant = returnTo === '/subscribe' ? 'default' : 'filled';
  const looks = { leftSection: <IconPlus size={16} aria-hidden />, loading: begin.isPending, variant };
  if (another === undefined) {
    return (
      <Button {...looks} onClick={() => begin.mutate(only)}>
        {t('methods.add')}
      </Button>
    );
  }
  return (
    <Menu>
      <Menu.Target>
        <Button {...looks}>{t('methods.add')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {names.map((provider) => (
          <Menu.Item key={provider} onClick={() => begin.mutate(provider)}>
            {t(`provider.${provider}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
