import { Group, Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor, RouterButton } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { pageLimit } from '../../shared/rest/page-limit.ts';
import type { Invoice } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { ChoiceFilter } from '../choice-filter.tsx';
import { CustomerSearch } from '../customers/customer-search.tsx';
import { CustomerName } from '../names.tsx';
import { useFilters } from '../use-filters.ts';

const statuses = ['draft', 'open', 'paid', 'void', 'uncollectible'] as const;

export function InvoicesPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay('invoices:write');
  const [filters, change] = useFilters();
  const { customer_id } = filters;
  const status = statuses.find((one) => one === filters['status']);
  return (
    <>
      <PageHeader
        title={t('nav.invoices')}
        actions={mayWrite && <RouterButton to="/invoices/new">{t('manualInvoice.new')}</RouterButton>}
      />
      <Paper>
        <Group align="flex-end" gap="sm" mb="md">
          <CustomerSearch
            customerId={customer_id}
            label={t('customerSearch.label')}
            hint={t('customerSearch.hint')}
            onChange={(id) => change({ customer_id: id })}
          />
          <ChoiceFilter
            label={t('invoices.status')}
            every={t('invoices.everyStatus')}
            choices={statuses}
            nameOf={(one) => t(`status.${one}`)}
            value={status}
            onChange={(chosen) => change({ status: chosen })}
          />
        </Group>
        <PagedTable<Invoice>
          readsAhead
          label={t('nav.invoices')}
          queryKey={['invoices', status, customer_id]}
          fetchPage={(cursor) =>
            answered(
              rest.GET('/v1/invoices', {
                params: { query: { status, customer_id, limit: pageLimit(cursor), cursor } },
              }),
            )
          }
          keyOf={({ invoice_id }) => invoice_id}
          empty={<EmptyState title={t('invoices.none')} text={t('invoices.noneText')} />}
          columns={[
            {
              header: t('invoices.number'),
              cell: ({ invoice_id, number }) => (
                <RouterAnchor to={`/invoices/${invoice_id}`} size="sm">
                  {number ?? t('invoices.noNumber')}
                </RouterAnchor>
              ),
            },
            { header: t('invoices.status'), cell: (invoice) => <StatusBadge status={invoice.status} /> },
            { header: t('invoices.customer'), cell: ({ customer_id }) => <CustomerName id={customer_id} /> },
            { header: t('invoices.kind'), cell: ({ kind }) => t(`invoices.kinds.${kind}`) },
            { header: t('invoices.date'), cell: (invoice) => format.date(invoice.finalized_at ?? invoice.created_at) },
            { header: t('invoices.total'), align: 'end', cell: ({ total, currency }) => format.money(total, currency) },
          ]}
        />
      </Paper>
    </>
  );
}
