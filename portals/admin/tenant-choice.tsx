import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../shared/parts/loaded.tsx';
import { answered, rest } from '../shared/rest/client.ts';

const listMax = 100;
const typingMs = 300;

/** One business of all of them: the newest, or those that are called so. A live one and its sandbox have one name. */
export function TenantChoice({ value, onChange }: { value: string; onChange: (id: string) => void }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text.trim(), typingMs);
  const tenants = useQuery({
    queryKey: ['tenants', settled],
    queryFn: () => {
      const query = { limit: listMax, ...(settled !== '' && { text: settled }) };
      return answered(rest.GET('/v1/tenants', { params: { query } }));
    },
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <TextInput
        type="search"
        label={t('outside.find')}
        maxLength={200}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          onChange('');
        }}
      />
      <Loaded query={tenants}>
        {({ data, has_more }) => (
          <>
            <NativeSelect
              label={t('outside.tenant')}
              error={data.length === 0 ? t('outside.none') : undefined}
              // Nobody chooses from a list that is about to be another.
              disabled={text.trim() !== settled || tenants.isPlaceholderData}
              value={value}
              onChange={(event) => onChange(event.currentTarget.value)}
              data={[
                { value: '', label: t('outside.choose') },
                ...data.map(({ tenant_id, name, mode }) => ({
                  value: tenant_id,
                  label: `${name} · ${t(`outside.mode.${mode}`)}`,
                })),
              ]}
            />
            {has_more && (
              <Text size="sm" c="dimmed">
                {t('outside.more')}
              </Text>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
