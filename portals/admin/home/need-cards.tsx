import { Group, Paper, SimpleGrid, Stack, Text, ThemeIcon } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconClockPause,
  IconGavel,
  IconHelp,
  IconMailX,
  IconReceiptRefund,
  IconTool,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import type { Permission } from '../../shared/session/session.ts';
import { useSession } from '../../shared/session/session-context.tsx';
import type { Today } from './report-queries.ts';

type Counts = Today['needs'];

interface Need {
  name: Exclude<keyof Counts, 'needs_review'>;
  /** Of the page it leads to. */
  permission: Permission;
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  to: string;
  search?: Record<string, string>;
}

const needs: readonly Need[] = [
  {
    ...{ name: 'failed_payments', permission: 'failed_payments:read', icon: IconAlertTriangle, to: '/payment-errors' },
    search: { owed: 'true' },
  },
  {
    ...{ name: 'parked_subscriptions', permission: 'subscriptions:read', icon: IconTool, to: '/subscriptions' },
    search: { status: 'needs_attention' },
  },
  { name: 'unknown_outcomes', permission: 'failed_payments:read', icon: IconHelp, to: '/unknown-outcomes' },
  { name: 'refund_requests', permission: 'refund_requests:decide', icon: IconArrowBackUp, to: '/refund-requests' },
  {
    ...{ name: 'refunds_to_repair', permission: 'payments:read', icon: IconReceiptRefund, to: '/refunds' },
    search: { needs_repair: 'true' },
  },
  { name: 'dead_letters', permission: 'webhooks:read', icon: IconMailX, to: '/webhooks' },
  { name: 'open_disputes', permission: 'disputes:read', icon: IconGavel, to: '/disputes', search: { status: 'open' } },
  {
    ...{ name: 'past_due_subscriptions', permission: 'subscriptions:read', icon: IconClockPause, to: '/subscriptions' },
    search: { status: 'past_due' },
  },
];

/** A card for what waits, with the way there; what does not is named in one line. A page one may not open is not spoken of. */
export function NeedCards({ needs: counts }: { needs: Counts }): ReactNode {
  const { t } = useTranslation();
  const { permissions } = useSession();
  const mine = needs.filter(({ permission }) => permissions.has(permission));
  const [waiting, clear] = [mine.filter(({ name }) => counts[name] > 0), mine.filter(({ name }) => counts[name] === 0)];
  return (
    <Stack gap="md">
      {waiting.length > 0 && (
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
          {waiting.map((need) => (
            <NeedCard key={need.name} need={need} counts={counts} />
          ))}
        </SimpleGrid>
      )}
      {clear.length > 0 && (
        <Group gap="xs" align="baseline" wrap="nowrap">
          <ThemeIcon variant="light" color="green" size="sm" radius="xl">
            <IconCircleCheck size={14} aria-hidden />
          </ThemeIcon>
          <Text size="sm" c="dimmed">
            {t(waiting.length === 0 ? 'home.allClear' : 'home.clear')}{' '}
            {clear.map((need, index) => (
              <span key={need.name}>
                {index > 0 && ' · '}
                <NeedLink need={need} />
              </span>
            ))}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

function NeedLink({ need, isStrong }: { need: Need; isStrong?: boolean }): ReactNode {
  const { t } = useTranslation();
  return (
    <RouterAnchor to={need.to} search={(need.search ?? {}) as never} {...(isStrong ? { fw: 600 } : { inherit: true })}>
      {t(`home.need.${need.name}.title`)}
    </RouterAnchor>
  );
}

function NeedCard({ need, counts }: { need: Need; counts: Counts }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const Icon = need.icon;
  const onlyAPerson = need.name === 'unknown_outcomes' && counts.needs_review > 0;
  return (
    <Paper p="md" component="article" aria-label={t(`home.need.${need.name}.title`)}>
      <Group wrap="nowrap" align="flex-start">
        <ThemeIcon variant="light" color="red" size={40} radius="xl">
          <Icon size={22} aria-hidden />
        </ThemeIcon>
        <Stack gap={2} miw={0}>
          <Text fz={28} fw={700} lh={1.1} className="figures">
            {format.number(counts[need.name])}
          </Text>
          <NeedLink need={need} isStrong />
          <Text size="sm" c="dimmed">
            {onlyAPerson ? t('home.onlyYou', { count: counts.needs_review }) : t(`home.need.${need.name}.text`)}
          </Text>
        </Stack>
      </Group>
    </Paper>
  );
}
