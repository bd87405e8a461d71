import { Group, Paper, SimpleGrid, Stack, Text, ThemeIcon } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconClockPause,
  IconGavel,
  IconHelp,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Page } from '../../shared/rest/types.ts';
import type { Permission } from '../../shared/session/session.ts';
import { useSession } from '../../shared/session/session-context.tsx';

/** More are not counted: a list of a hundred is what one looks at, not what one counts. */
const countMax = 100;
const lookAgainMs = 15_000;

interface Need {
  name: 'failed' | 'pastDue' | 'undecided' | 'refundRequests' | 'disputes';
  permission: Permission;
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  to: string;
  search?: Record<string, string>;
  fetch: () => Promise<Page<unknown>>;
}

const failedPayments = (status: string) =>
  answered(rest.GET('/v1/admin/payments', { params: { query: { status, limit: countMax } } }));

const needs: readonly Need[] = [
  {
    ...{ name: 'failed', permission: 'failed_payments:read', icon: IconAlertTriangle, to: '/payment-errors' },
    fetch: () => failedPayments('failed,failed_permanent'),
  },
  {
    ...{ name: 'undecided', permission: 'failed_payments:read', icon: IconHelp, to: '/payment-errors' },
    search: { status: 'processing,requires_action,retrying' },
    fetch: () => failedPayments('processing,requires_action,retrying'),
  },
  {
    ...{ name: 'pastDue', permission: 'subscriptions:read', icon: IconClockPause, to: '/subscriptions' },
    search: { status: 'past_due' },
    fetch: () =>
      answered(rest.GET('/v1/subscriptions', { params: { query: { status: 'past_due', limit: countMax } } })),
  },
  {
    ...{ name: 'refundRequests', permission: 'refund_requests:decide', icon: IconArrowBackUp, to: '/refund-requests' },
    fetch: () =>
      answered(rest.GET('/v1/admin/refund-requests', { params: { query: { status: 'open', limit: countMax } } })),
  },
  {
    ...{ name: 'disputes', permission: 'disputes:read', icon: IconGavel, to: '/disputes' },
    fetch: () => answered(rest.GET('/v1/admin/disputes', { params: { query: { status: 'open', limit: countMax } } })),
  },
];

export function HomePage(): ReactNode {
  const { t } = useTranslation();
  const { permissions } = useSession();
  return (
    <>
      <PageHeader title={t('home.title')} text={t('home.text')} />
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {needs
          .filter(({ permission }) => permissions.has(permission))
          .map((need) => (
            <NeedCard key={need.name} need={need} />
          ))}
      </SimpleGrid>
    </>
  );
}

function NeedCard({ need }: { need: Need }): ReactNode {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ['needs', need.name], queryFn: need.fetch, refetchInterval: lookAgainMs });
  const Icon = need.icon;
  return (
    <Paper>
      <Loaded query={query}>
        {({ data, has_more }) => (
          <Group wrap="nowrap" align="flex-start">
            <ThemeIcon variant="light" color={data.length === 0 ? 'green' : 'red'} size={40} radius="xl">
              {data.length === 0 ? <IconCircleCheck size={22} aria-hidden /> : <Icon size={22} aria-hidden />}
            </ThemeIcon>
            <Stack gap={2}>
              <Text fz={28} fw={700} lh={1.1} className="figures">
                {has_more ? `${countMax}+` : data.length}
              </Text>
              <RouterAnchor to={need.to} search={(need.search ?? {}) as never} fw={600}>
                {t(`home.${need.name}`)}
              </RouterAnchor>
              <Text size="sm" c="dimmed">
                {t(data.length === 0 ? `home.${need.name}None` : `home.${need.name}Text`)}
              </Text>
            </Stack>
          </Group>
        )}
      </Loaded>
    </Paper>
  );
}
