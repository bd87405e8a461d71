import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Invoice } from '../../shared/rest/types.ts';
import { linesOf, readLines } from './draft-lines.ts';
import { LinesEditor } from './lines-editor.tsx';

/** Writes a draft anew; its currency and customer stay. */
export function EditDraftDialog({ invoice, onClose }: { invoice: Invoice; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [lines, setLines] = useState(() => linesOf(invoice));
  const [memo, setMemo] = useState(invoice.memo ?? '');
  const read = readLines(lines, invoice.currency);
  async function save(key: string): Promise<void> {
    if (read === null) return;
    const params = { path: { invoice_id: invoice.invoice_id }, ...keyed(key) };
    const body = { lines: read, memo: memo.trim() === '' ? null : memo.trim() };
    await answered(rest.PUT('/v1/admin/invoices/{invoice_id}', { params, body }));
    await refresh(t('manualInvoice.saved'));
  }
  return (
    <IntentDialog
      title={t('manualInvoice.edit')}
      confirm={t('manualInvoice.save')}
      size="xl"
      disabled={read === null}
      onConfirm={save}
      onClose={onClose}
    >
      <LinesEditor lines={lines} currency={invoice.currency} onChange={setLines} />
      <LongText label={t('manualInvoice.memo')} maxLength={1_000} value={memo} onChange={setMemo} />
    </IntentDialog>
  );
}
