import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invoice } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { EditDraftDialog } from './edit-draft-dialog.tsx';
import { type InvoiceStep, InvoiceStepDialog } from './invoice-step-dialog.tsx';

/** The PDF of what is final; and what can be done about an invoice by hand in its state. */
export function InvoiceActions({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation();
  const mayWrite = useMay('invoices:write');
  const [asking, setAsking] = useState<InvoiceStep | 'edit' | null>(null);
  const close = () => setAsking(null);
  const { kind, status, number, invoice_id } = invoice;
  const isDraft = status === 'draft';
  return (
    <>
      {kind === 'manual' && mayWrite && (
        <>
          {isDraft && <Button onClick={() => setAsking('finalize')}>{t('manualInvoice.finalize')}</Button>}
          {status === 'open' && <Button onClick={() => setAsking('pay')}>{t('manualInvoice.pay')}</Button>}
          {isDraft && (
            <Button variant="default" onClick={() => setAsking('edit')}>
              {t('manualInvoice.edit')}
            </Button>
          )}
          {(isDraft || status === 'open') && (
            <Button variant="light" color="red" onClick={() => setAsking('void')}>
              {t('manualInvoice.void')}
            </Button>
          )}
        </>
      )}
      {number !== null && (
        <Button
          component="a"
          href={`/v1/invoices/${invoice_id}/pdf`}
          target="_blank"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          PDF
        </Button>
      )}
      {asking === 'edit' && <EditDraftDialog invoice={invoice} onClose={close} />}
      {asking !== null && asking !== 'edit' && <InvoiceStepDialog invoice={invoice} step={asking} onClose={close} />}
    </>
  );
}
