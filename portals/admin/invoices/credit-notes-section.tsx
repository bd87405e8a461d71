import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { CreditNote } from '../../shared/rest/types.ts';

const shownMax = 100;

/** What refunds gave back of the invoice; nothing where nothing went back. */
export function CreditNotesSection({ invoiceId }: { invoiceId: string }): ReactNode {
  const { t } = useTranslation();
  const notes = useQuery({
    queryKey: ['credit-notes', invoiceId],
    queryFn: () => {
      const params = { path: { invoice_id: invoiceId }, query: { limit: shownMax } };
      return answered(rest.GET('/v1/invoices/{invoice_id}/credit-notes', { params }));
    },
  });
  if (notes.data?.data.length === 0) return null;
  return (
    <Section title={t('creditNotes.title')}>
      <Loaded query={notes}>{({ data }) => <NotesTable notes={data} />}</Loaded>
    </Section>
  );
}

function NotesTable({ notes }: { notes: readonly CreditNote[] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <DataTable
      label={t('creditNotes.title')}
      rows={notes}
      keyOf={({ credit_note_id }) => credit_note_id}
      columns={[
        { header: t('creditNotes.number'), cell: ({ number }) => number },
        { header: t('creditNotes.date'), cell: ({ created_at }) => format.date(created_at) },
        { header: t('creditNotes.reason'), cell: (note) => <Reason note={note} /> },
        { header: t('creditNotes.lines'), cell: (note) => <NoteLines note={note} /> },
        {
          header: t('creditNotes.total'),
          align: 'end',
          cell: ({ total, currency }) => format.money(total, currency),
        },
      ]}
    />
  );
}

function Reason({ note: { reason, voided_at } }: { note: CreditNote }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      {reason}
      {voided_at !== null && (
        <Text size="sm" c="red">
          {t('creditNotes.void', { date: format.date(voided_at) })}
        </Text>
      )}
    </>
  );
}

function NoteLines({ note }: { note: CreditNote }): ReactNode {
  const format = useFormat();
  return note.lines.map(({ invoice_line, description, amount }) => (
    <Text key={invoice_line} size="sm">
      {description}: {format.money(amount, note.currency)}
    </Text>
  ));
}
