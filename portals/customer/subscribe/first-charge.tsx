import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import type { Plan } from '../../shared/rest/types.ts';

/** What is charged when, before anything is; `amount` for a whole period. */
export function FirstCharge({ plan, amount }: { plan: Plan; amount: number }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const price = usePriceText()({ ...plan, amount });
  const hasTrial = plan.trial_period_days > 0;
  return (
    <Stack gap="xs">
      <Title order={2}>{t('subscribe.summary')}</Title>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{t('subscribe.today')}</Text>
        <Text fw={700} className="figures">
          {format.money(hasTrial ? 0 : amount, plan.currency)}
        </Text>
      </Group>
      {hasTrial && (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{t('subscribe.inTrial', { count: plan.trial_period_days })}</Text>
          <Text className="figures">{format.money(amount, plan.currency)}</Text>
        </Group>
      )}
      <Text size="sm" c="dimmed">
        {hasTrial
          ? t('subscribe.afterTrial', { count: plan.trial_period_days, price })
          : t('subscribe.thereafter', { price })}
      </Text>
    </Stack>
  );
}
