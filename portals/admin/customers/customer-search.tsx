import { Button, Group, Stack, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../../shared/parts/use-problem-text.ts';
import { DropFilter } from '../drop-filter.tsx';
import { customerQuery } from '../names.tsx';
import { CustomerChoice } from './customer-choice.tsx';
import { type Found, findCustomers } from './find-customers.ts';

interface CustomerSearchProps {
  /** The one that is chosen. */
  customerId: string | undefined;
  label: string;
  hint: string;
  /** Empty: nobody any more. */
  onChange: (customerId: string) => void;
  /** True where the text names something else than a customer, and is taken. */
  onOther?: (text: string) => boolean;
  /** The same, of a text that no customer goes by. */
  onNobody?: (text: string) => boolean;
}

/** A customer by name, e-mail or id. */
export function CustomerSearch(props: CustomerSearchProps): ReactNode {
  if (props.customerId !== undefined && props.customerId !== '')
    return <ChosenCustomer id={props.customerId} onDrop={() => props.onChange('')} />;
  return <SearchField {...props} />;
}

function SearchField({ label, hint, onChange, onOther, onNobody }: CustomerSearchProps): ReactNode {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const [text, setText] = useState('');
  /** Several: then one of them is chosen. */
  const [found, setFound] = useState<Found | null>(null);
  const [chosenId, setChosenId] = useState('');
  const [error, setError] = useState<string | null>(null);
  async function find(wanted: string): Promise<void> {
    setError(null);
    if (onOther?.(wanted)) return;
    try {
      const now = await findCustomers(wanted);
      const [first, second] = now.customers;
      if (second !== undefined) setFound(now);
      else if (first !== undefined) onChange(first.customer_id);
      else if (!onNobody?.(wanted)) setError(t('customerSearch.nobody'));
    } catch (problem) {
      setError(problemText(problem));
    }
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (found !== null) onChange(chosenId);
    else if (text.trim() !== '') void find(text.trim());
  }
  return (
    <Stack component="form" gap="sm" onSubmit={submit} role="search" w={found === null ? undefined : '100%'}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput
          label={label}
          placeholder={hint}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          error={error}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setFound(null);
            setChosenId('');
          }}
        />
        {found === null && (
          <Button type="submit" variant="default">
            {t('customerSearch.find')}
          </Button>
        )}
      </Group>
      {found !== null && (
        <>
          <CustomerChoice found={found} value={chosenId} onChange={setChosenId} />
          <Group>
            <Button type="submit" disabled={chosenId === ''}>
              {t('customerSearch.choose')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

function ChosenCustomer({ id, onDrop }: { id: string; onDrop: () => void }): ReactNode {
  const { t } = useTranslation();
  const customer = useQuery(customerQuery(id));
  const name = customer.data?.name ?? customer.data?.email ?? id;
  return <DropFilter shown={name} label={t('customerSearch.drop', { name })} onDrop={onDrop} />;
}
