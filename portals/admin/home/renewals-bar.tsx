import { Box, Group, Progress, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import type { Today } from './report-queries.ts';

const parts = [
  { name: 'done', color: 'green.8' },
  { name: 'due', color: 'indigo.6' },
  { name: 'failed', color: 'red.7' },
  { name: 'held', color: 'gray.6' },
] as const;

/** How far today's renewals are: the bar for the eye, the numbers beneath it for everybody. */
export function RenewalsBar({ report }: { report: Today }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { renewals, date, timezone } = report;
  const total = parts.reduce((sum, { name }) => sum + renewals[name], 0);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {total === 0
          ? t('home.renewal.none', { date: format.day(date), zone: timezone })
          : t('home.renewal.text', { count: total, date: format.day(date), zone: timezone })}
      </Text>
      {total > 0 && (
        <>
          <Progress.Root size={18} radius="sm" aria-hidden>
            {parts.map(({ name, color }) => (
              <Progress.Section key={name} value={(100 * renewals[name]) / total} color={color} withAria={false} />
            ))}
          </Progress.Root>
          <Group component="ul" gap="lg" m={0} p={0} className="plain-list">
            {parts.map(({ name, color }) => (
              <Group component="li" key={name} gap={6} wrap="nowrap">
                <Box w={12} h={12} bg={color} bdrs="xs" />
                <Text size="sm" className="figures">
                  {t(`home.renewal.${name}`, { number: format.number(renewals[name]) })}
                </Text>
              </Group>
            ))}
          </Group>
        </>
      )}
    </Stack>
  );
}
