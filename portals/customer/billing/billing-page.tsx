import { Anchor, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { useCustomerId } from '../../shared/session/session-context.tsx';
import { PaymentsSection } from './payments-section.tsx';

export function BillingPage(): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('nav.billing')} text={t('billing.text')} />
      <InvoicesSection />
      <PaymentsSection />
    </>
  );
}

function InvoicesSection(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const customer_id = useCustomerId();
  const title = t('billing.invoices');
  return (
    <Section title={title}>
      <PagedTable
        label={title}
        queryKey={['invoices', customer_id]}
        fetchPage={(cursor) =>
          answered(rest.GET('/v1/invoices', { params: { query: { customer_id, limit: 12, cursor } } }))
        }
        keyOf={(invoice) => invoice.invoice_id}
        empty={<EmptyState title={t('billing.noInvoices')} text={t('billing.noInvoicesText')} />}
        columns={[
          { header: t('billing.number'), cell: (invoice) => <Text size="sm">{invoice.number ?? '–'}</Text> },
          { header: t('billing.date'), cell: (invoice) => format.date(invoice.finalized_at ?? invoice.created_at) },
          { header: t('billing.status'), cell: (invoice) => <StatusBadge status={invoice.status} /> },
          {
            header: t('billing.total'),
            align: 'end',
            cell: (invoice) => format.money(invoice.total, invoice.currency),
          },
          {
            header: t('billing.document'),
            align: 'end',
            cell: (invoice) =>
              invoice.number !== null && <PdfLink invoiceId={invoice.invoice_id} number={invoice.number} />,
          },
        ]}
      />
    </Section>
  );
}

function PdfLink({ invoiceId, number }: { invoiceId: string; number: number }): ReactNode {
  const { t } = useTranslation();
  return (
    <Anchor
      size="sm"
      href={`/v1/invoices/${invoiceId}/pdf`}
      target="_blank"
      aria-label={t('billing.pdfOf', { number })}
    >
      <IconDownload size={14} aria-hidden /> PDF
    </Anchor>
  );
}
