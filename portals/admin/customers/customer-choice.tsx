import { Radio, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Found } from './find-customers.ts';

/** Which of several: names and e-mails may be the same, ids never. */
export function CustomerChoice(props: {
  found: Found;
  value: string;
  onChange: (customerId: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { customers, hasMore } = props.found;
  return (
    <Radio.Group label={t('customerSearch.which')} value={props.value} onChange={props.onChange}>
      <Stack gap="xs" mt="xs">
        {customers.map(({ customer_id, name, email }) => (
          <Radio
            key={customer_id}
            value={customer_id}
            label={name === null ? email : `${name} · ${email}`}
            description={customer_id}
            className="break-anywhere"
          />
        ))}
        {hasMore && (
          <Text size="sm" c="dimmed">
            {t('customerSearch.more')}
          </Text>
        )}
      </Stack>
    </Radio.Group>
  );
}
