import { Button, Group, Paper, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { notifyDone } from '../../shared/parts/notices.ts';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { ProblemPanel } from '../../shared/parts/problem-panel.tsx';
import { useIntentKey } from '../../shared/parts/use-intent-key.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { CustomerSearch } from '../customers/customer-search.tsx';
import { useFilters } from '../use-filters.ts';
import { emptyLine, isCurrency, readLines } from './draft-lines.ts';
import { LinesEditor } from './lines-editor.tsx';

/** An invoice by hand begins as a draft: nothing is owed or charged before it is final. */
export function NewInvoicePage(): ReactNode {
  const { t } = useTranslation();
  const mayWrite = useMay('invoices:write');
  const [{ customer_id }, change] = useFilters();
  if (!mayWrite) return <EmptyState title={t('actions.noPermission')} />;
  return (
    <>
      <PageHeader title={t('manualInvoice.new')} text={t('manualInvoice.newText')} />
      <Paper mb="lg">
        <CustomerSearch
          customerId={customer_id}
          label={t('manualInvoice.customer')}
          hint={t('customerSearch.hint')}
          onChange={(id) => change({ customer_id: id })}
        />
      </Paper>
      {customer_id !== undefined && <DraftForm key={customer_id} customerId={customer_id} />}
    </>
  );
}

function DraftForm({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [currency, setCurrency] = useState('EUR');
  const [lines, setLines] = useState([emptyLine(0)]);
  const [memo, setMemo] = useState('');
  const { key, onProblem } = useIntentKey();
  const read = isCurrency(currency) ? readLines(lines, currency) : null;
  const create = useMutation({
    mutationFn: (input: NonNullable<typeof read>) => {
      const note = memo.trim();
      const body = {
        customer_id: customerId,
        currency,
        lines: input,
        collect: false,
        ...(note !== '' && { memo: note }),
      };
      return answered(rest.POST('/v1/admin/invoices', { params: keyed(key), body }));
    },
    onError: onProblem,
    onSuccess: ({ invoice_id }) => {
      notifyDone(t('manualInvoice.created'));
      return navigate({ to: `/invoices/${invoice_id}` });
    },
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (read !== null) create.mutate(read);
  }
  return (
    <Paper component="form" onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('manualInvoice.currency')}
          w={120}
          required
          maxLength={3}
          value={currency}
          onChange={({ currentTarget }) => setCurrency(currentTarget.value.toUpperCase())}
        />
        <LinesEditor lines={lines} currency={currency} onChange={setLines} />
        <LongText label={t('manualInvoice.memo')} maxLength={1_000} value={memo} onChange={setMemo} />
        {create.isError && <ProblemPanel error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={read === null}>
            {t('manualInvoice.create')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
