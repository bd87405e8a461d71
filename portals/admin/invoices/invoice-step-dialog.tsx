import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Invoice } from '../../shared/rest/types.ts';
import { useWhoPays } from '../payments/use-who-pays.ts';

export type InvoiceStep = 'finalize' | 'pay' | 'void';

async function take(step: InvoiceStep, invoice_id: string, key: string): Promise<unknown> {
  const call = { params: { path: { invoice_id }, ...keyed(key) }, body: {} };
  switch (step) {
    case 'finalize':
      return answered(rest.POST('/v1/admin/invoices/{invoice_id}/finalize', call));
    case 'pay':
      return answered(rest.POST('/v1/admin/invoices/{invoice_id}/pay', call));
    case 'void':
      return answered(rest.POST('/v1/admin/invoices/{invoice_id}/void', call));
    default:
      return step satisfies never;
  }
}

/** Makes an invoice final, collects it or takes it back; says of how much and whom before. */
export function InvoiceStepDialog(props: { invoice: Invoice; step: InvoiceStep; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const { invoice, step, onClose } = props;
  const name = useWhoPays(invoice.customer_id);
  const amount = format.money(invoice.total, invoice.currency);
  async function confirm(key: string): Promise<void> {
    await take(step, invoice.invoice_id, key);
    await refresh(t(`manualInvoice.${step}Done`));
  }
  return (
    <IntentDialog
      title={t(`manualInvoice.${step}`)}
      confirm={t(`manualInvoice.${step}Confirm`, { amount })}
      danger={step === 'void'}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Text size="sm">{t(`manualInvoice.${step}Text`, { amount, name })}</Text>
    </IntentDialog>
  );
}
