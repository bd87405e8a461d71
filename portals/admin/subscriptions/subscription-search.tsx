import { Button, Group, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../../shared/parts/use-problem-text.ts';
import { answered, rest } from '../../shared/rest/client.ts';
import { customerQuery } from '../names.tsx';

/** By the customer's e-mail, or straight to a subscription by its id. */
export function SubscriptionSearch(props: {
  customerId: string | undefined;
  onChange: (changed: Record<string, string>) => void;
}): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  async function find(): Promise<void> {
    setError(null);
    const wanted = text.trim();
    if (wanted.startsWith('sub_')) return navigate({ to: `/subscriptions/${wanted}` });
    if (wanted.startsWith('cus_')) return props.onChange({ customer_id: wanted });
    try {
      const found = await answered(rest.GET('/v1/customers', { params: { query: { email: wanted, limit: 1 } } }));
      const [customer] = found.data;
      if (customer === undefined) setError(t('subscriptions.nobody'));
      else props.onChange({ customer_id: customer.customer_id });
    } catch (problem) {
      setError(problemText(problem));
    }
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (text.trim() !== '') void find();
  }
  if (props.customerId !== undefined)
    return <ChosenCustomer id={props.customerId} onDrop={() => props.onChange({ customer_id: '' })} />;
  return (
    <form onSubmit={submit} role="search">
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput
          label={t('subscriptions.search')}
          placeholder={t('subscriptions.searchText')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          error={error}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t('subscriptions.find')}
        </Button>
      </Group>
    </form>
  );
}

function ChosenCustomer({ id, onDrop }: { id: string; onDrop: () => void }): ReactNode {
  const { t } = useTranslation();
  const customer = useQuery(customerQuery(id));
  return (
    <Button
      variant="light"
      rightSection={<IconX size={16} aria-label={t('subscriptions.dropFilter')} />}
      onClick={onDrop}
    >
      {customer.data?.email ?? id}
    </Button>
  );
}
