import { Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { useMay } from '../../shared/session/session-context.tsx';

const anyOne = { params: { query: { limit: 1 } } };
/** What has just been done on another page is to be seen at once. */
const always = { staleTime: 0 };

/** Of a business nobody has subscribed to yet: what to do first, and what of it is done. */
export function FirstSteps(): ReactNode {
  const { t } = useTranslation();
  const writesPlans = useMay('plans:write');
  const writesCustomers = useMay('customers:write');
  const writesSubscriptions = useMay('subscriptions:write');
  const plans = useQuery({
    ...always,
    queryKey: ['plans', 'any'],
    queryFn: () => answered(rest.GET('/v1/plans', anyOne)),
  });
  const customers = useQuery({
    ...always,
    queryKey: ['customers', 'any'],
    queryFn: () => answered(rest.GET('/v1/customers', anyOne)),
  });
  const [hasPlans, hasCustomers] = [plans, customers].map(({ data }) => (data?.data.length ?? 0) > 0);
  const steps = [
    { name: 'plan', isDone: hasPlans, isMine: writesPlans, to: '/plans' },
    { name: 'customer', isDone: hasCustomers, isMine: writesCustomers, to: '/customers' },
    { name: 'subscribe', isDone: false, isMine: writesSubscriptions && hasPlans && hasCustomers, to: '/customers' },
  ] as const;
  const next = steps.find(({ isDone }) => !isDone);
  return (
    <Paper component="section" aria-labelledby="first-steps">
      <Title order={2} id="first-steps" mb={4}>
        {t('home.first.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="lg">
        {t('home.first.text')}
      </Text>
      <Stack component="ol" gap="lg" m={0} p={0} className="plain-list">
        {steps.map(({ name, isDone, isMine, to }) => (
          <Group component="li" key={name} gap="md" wrap="nowrap" align="flex-start">
            <ThemeIcon variant="light" color={isDone ? 'green' : 'gray'} radius="xl">
              {isDone ? <IconCircleCheck size={18} aria-hidden /> : <IconCircleDashed size={18} aria-hidden />}
            </ThemeIcon>
            <Stack gap={4} align="flex-start">
              <Text fw={600}>
                {isDone ? t('home.first.done', { step: t(`home.first.${name}`) }) : t(`home.first.${name}`)}
              </Text>
              <Text size="sm" c="dimmed">
                {t(`home.first.${name}Text`)}
              </Text>
              {isMine && !isDone && (
                <RouterButton to={to} size="xs" mt={4} variant={next?.name === name ? 'filled' : 'default'}>
                  {t(`home.first.${name}Go`)}
                </RouterButton>
              )}
            </Stack>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
