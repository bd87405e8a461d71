import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { InvoiceLines } from '../../shared/parts/invoice-lines.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Invoice } from '../../shared/rest/types.ts';
import { CustomerName } from '../names.tsx';
import { CreditNotesSection } from './credit-notes-section.tsx';
import { InvoiceActions } from './invoice-actions.tsx';

const lookAgainMs = 2_000;

export function InvoicePage(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const invoice = useQuery({
    queryKey: ['invoice', id],
    queryFn: () => answered(rest.GET('/v1/invoices/{invoice_id}', { params: { path: { invoice_id: id } } })),
    // Being collected, it becomes paid by itself.
    refetchInterval: ({ state }) => (state.data?.status === 'open' ? lookAgainMs : false),
  });
  return (
    <Loaded query={invoice} lines={10}>
      {(data) => <OneInvoice invoice={data} />}
    </Loaded>
  );
}

function OneInvoice({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation();
  const { number } = invoice;
  return (
    <>
      <PageHeader
        title={number === null ? t('invoices.draft') : t('invoices.title', { number })}
        text={
          <Group gap="xs" role="status">
            <StatusBadge status={invoice.status} />
            <span className="break-anywhere">{invoice.invoice_id}</span>
          </Group>
        }
        actions={<InvoiceActions invoice={invoice} />}
      />
      <InvoiceFacts invoice={invoice} />
      <Section title={t('invoices.lines')}>
        <InvoiceLines lines={invoice.lines} total={invoice.total} currency={invoice.currency} />
      </Section>
      <CreditNotesSection invoiceId={invoice.invoice_id} />
    </>
  );
}

function InvoiceFacts({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { subscription_id, period_start, period_end, paid_at, voided_at, memo } = invoice;
  const fields = [
    { label: t('invoices.customer'), value: <CustomerName id={invoice.customer_id} /> },
    {
      label: t('invoices.subscription'),
      value: subscription_id && <RouterAnchor to={`/subscriptions/${subscription_id}`}>{subscription_id}</RouterAnchor>,
    },
    { label: t('invoices.kind'), value: t(`invoices.kinds.${invoice.kind}`) },
    {
      label: t('invoices.period'),
      value:
        period_start &&
        period_end &&
        t('parts.range', { from: format.date(period_start), to: format.date(period_end) }),
    },
    { label: t('invoices.paid'), value: format.money(invoice.amount_paid, invoice.currency) },
    { label: t('invoices.paidAt'), value: paid_at && format.instant(paid_at) },
    { label: t('invoices.voidedAt'), value: voided_at && format.instant(voided_at) },
    { label: t('invoices.memo'), value: memo },
  ];
  return (
    <Section title={t('invoices.facts')}>
      <FieldList fields={fields.filter(({ value }) => value !== null)} />
    </Section>
  );
}
