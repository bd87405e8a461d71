import { Button, Group, NativeSelect, Paper, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { pageLimit } from '../../shared/rest/page-limit.ts';
import type { Customer } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { useFilters } from '../use-filters.ts';
import { CustomerDialog } from './customer-dialog.tsx';

const typingMs = 300;

export function CustomersPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay('customers:write');
  const [filters, change] = useFilters();
  const [isAdding, setAdding] = useState(false);
  const { text, status } = filters;
  return (
    <>
      <PageHeader
        title={t('nav.customers')}
        actions={mayWrite && <Button onClick={() => setAdding(true)}>{t('customers.add')}</Button>}
      />
      <Paper>
        <FilterBar wanted={text ?? ''} status={status ?? ''} onChange={change} />
        <PagedTable
          readsAhead
          label={t('nav.customers')}
          queryKey={['customers', text, status]}
          fetchPage={(cursor) => {
            const query = { text, status: status as Customer['status'] | undefined, limit: pageLimit(cursor), cursor };
            return answered(rest.GET('/v1/customers', { params: { query } }));
          }}
          keyOf={({ customer_id }) => customer_id}
          empty={<EmptyState title={t('customers.none')} text={t('customers.noneText')} />}
          columns={[
            {
              header: t('customers.name'),
              cell: (customer) => (
                <RouterAnchor to={`/customers/${customer.customer_id}`} size="sm">
                  {customer.name ?? customer.email}
                </RouterAnchor>
              ),
            },
            { header: t('customers.email'), cell: (customer) => customer.email },
            { header: t('customers.status'), cell: (customer) => <StatusBadge status={customer.status} /> },
            { header: t('customers.country'), cell: ({ country }) => country ?? '–' },
            { header: t('customers.since'), cell: ({ created_at }) => format.date(created_at) },
          ]}
        />
      </Paper>
      {isAdding && <CustomerDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function FilterBar(props: {
  /** What a name or an e-mail begins with. */
  wanted: string;
  status: string;
  onChange: (changed: Record<string, string>) => void;
}): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState(props.wanted);
  const [settled] = useDebouncedValue(text.trim(), typingMs);
  const { onChange, wanted } = props;
  useEffect(() => {
    if (settled !== wanted) onChange({ text: settled });
  }, [settled, wanted, onChange]);
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <TextInput
        label={t('customers.find')}
        type="search"
        maxLength={254}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('customers.status')}
        value={props.status}
        onChange={({ currentTarget }) => onChange({ status: currentTarget.value })}
        data={[
          { value: '', label: t('customers.everyStatus') },
          { value: 'active', label: t('status.active') },
          { value: 'inactive', label: t('status.inactive') },
        ]}
      />
    </Group>
  );
}
