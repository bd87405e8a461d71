import { Button, Group, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../../shared/parts/use-problem-text.ts';
import { answered, rest } from '../../shared/rest/client.ts';
import { DropFilter } from '../drop-filter.tsx';
import { customerQuery } from '../names.tsx';

interface CustomerSearchProps {
  /** The one that is chosen. */
  customerId: string | undefined;
  label: string;
  hint: string;
  /** Empty: nobody any more. */
  onChange: (customerId: string) => void;
  /** True where the text names something else than a customer, and is taken. */
  onOther?: (text: string) => boolean;
}

/** A customer by e-mail or id. */
export function CustomerSearch(props: CustomerSearchProps): ReactNode {
  if (props.customerId !== undefined && props.customerId !== '')
    return <ChosenCustomer id={props.customerId} onDrop={() => props.onChange('')} />;
  return <SearchField {...props} />;
}

function SearchField({ label, hint, onChange, onOther }: CustomerSearchProps): ReactNode {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  async function find(): Promise<void> {
    setError(null);
    const wanted = text.trim();
    if (wanted.startsWith('cus_') && !wanted.includes('@')) return onChange(wanted);
    if (onOther?.(wanted)) return;
    try {
      const found = await answered(rest.GET('/v1/customers', { params: { query: { email: wanted, limit: 1 } } }));
      const [customer] = found.data;
      if (customer === undefined) setError(t('customerSearch.nobody'));
      else onChange(customer.customer_id);
    } catch (problem) {
      setError(problemText(problem));
    }
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (text.trim() !== '') void find();
  }
  return (
    <form onSubmit={submit} role="search">
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput
          label={label}
          placeholder={hint}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          error={error}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t('customerSearch.find')}
        </Button>
      </Group>
    </form>
  );
}

function ChosenCustomer({ id, onDrop }: { id: string; onDrop: () => void }): ReactNode {
  const { t } = useTranslation();
  const customer = useQuery(customerQuery(id));
  const name = customer.data?.name ?? customer.data?.email ?? id;
  return <DropFilter shown={name} label={t('customerSearch.drop', { name })} onDrop={onDrop} />;
}
