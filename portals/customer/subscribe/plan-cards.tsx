import { Badge, Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import type { Plan } from '../../shared/rest/types.ts';

export function PlanCards(props: {
  plans: readonly Plan[];
  value: string | null;
  onChange: (planId: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  const priceText = usePriceText();
  return (
    <Radio.Group label={t('subscribe.plan')} value={props.value} onChange={props.onChange}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} mt="xs">
        {props.plans.map((plan) => (
          <Radio.Card
            key={plan.plan_id}
            value={plan.plan_id}
            radius="lg"
            p="md"
            className="plan-card"
            bg="var(--mantine-color-body)"
            aria-label={`${plan.name}, ${priceText(plan)}`}
          >
            <Group wrap="nowrap" align="flex-start">
              <Radio.Indicator />
              <Stack gap={4} miw={0}>
                <Group gap="xs">
                  <Text fw={700} className="break-anywhere">
                    {plan.name}
                  </Text>
                  {plan.trial_period_days > 0 && (
                    <Badge color="teal">{t('subscribe.trial', { count: plan.trial_period_days })}</Badge>
                  )}
                </Group>
                <Text>{priceText(plan)}</Text>
                {plan.description && (
                  <Text size="sm" c="dimmed">
                    {plan.description}
                  </Text>
                )}
              </Stack>
            </Group>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
