import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { useMethodName } from '../../shared/parts/use-method-name.ts';
import { methodsQuery } from './methods-query.ts';

export function CustomerMethods({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation();
  const methodName = useMethodName();
  const methods = useQuery(methodsQuery(customerId));
  const title = t('customers.methods');
  return (
    <Section title={title}>
      <Loaded query={methods}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title={t('customers.noMethods')} text={t('customers.noMethodsText')} />
          ) : (
            <DataTable
              label={title}
              rows={rows}
              keyOf={({ payment_method_id }) => payment_method_id}
              columns={[
                { header: t('customers.method'), cell: methodName },
                { header: t('customers.provider'), cell: ({ provider }) => provider },
                {
                  header: t('customers.expires'),
                  cell: ({ exp_month, exp_year }) =>
                    exp_month === null || exp_year === null ? '–' : `${String(exp_month).padStart(2, '0')}/${exp_year}`,
                },
                { header: t('customers.default'), cell: (method) => (method.default ? t('customers.isDefault') : '–') },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
