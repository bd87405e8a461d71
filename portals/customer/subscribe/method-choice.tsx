import { Group, Paper, Radio, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMethodName } from '../../shared/parts/use-method-name.ts';
import type { PaymentMethod } from '../../shared/rest/types.ts';
import { AddMethodButton } from '../methods/add-method-button.tsx';

export function MethodChoice(props: {
  methods: readonly PaymentMethod[];
  value: string | null;
  hasTrial: boolean;
  onChange: (methodId: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  const methodName = useMethodName();
  return (
    <Paper>
      <Stack>
        {props.hasTrial && (
          <Text size="sm" c="dimmed">
            {t('subscribe.methodOfTrial')}
          </Text>
        )}
        {props.methods.length === 0 ? (
          <Text size="sm">{t('subscribe.noMethod')}</Text>
        ) : (
          <Radio.Group label={t('subscribe.method')} value={props.value} onChange={props.onChange}>
            <Stack gap="xs" mt="xs">
              {props.methods.map((method) => (
                <Radio key={method.payment_method_id} value={method.payment_method_id} label={methodName(method)} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <Group>
          <AddMethodButton returnTo="/subscribe" />
        </Group>
      </Stack>
    </Paper>
  );
}
