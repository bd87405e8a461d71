import { Button, Group, Paper, Text } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { answered, rest } from '../../shared/rest/client.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { AdvanceDialog } from './advance-dialog.tsx';

const lookAgainMs = 1_000;

/** A sandbox tenant's own time, and the way to move it on. */
export function ClockBar(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayAdvance = useMay('test_clocks:advance');
  const [isAsking, setAsking] = useState(false);
  const clock = useQuery({
    queryKey: ['clock'],
    queryFn: () => answered(rest.GET('/v1/test-clock')),
    refetchInterval: ({ state }) => (state.data?.advancing === true ? lookAgainMs : false),
  });
  useRereadWhenArrived(clock.data?.advancing === true);
  if (clock.data === undefined) return null;
  const { now, advancing, target } = clock.data;
  return (
    <Paper px="md" py="xs" mb="lg" radius="md" role="region" aria-label={t('clock.title')}>
      <Group justify="space-between" gap="sm">
        <Group gap="xs" role="status">
          <IconClock size={18} aria-hidden />
          <Text size="sm" fw={600}>
            {t('clock.title')}
          </Text>
          <Text size="sm">
            {advancing && target !== null
              ? t('clock.moving', { now: format.instant(now), target: format.instant(target) })
              : format.instant(now)}
          </Text>
        </Group>
        {mayAdvance && (
          <Button size="xs" variant="default" loading={advancing} onClick={() => setAsking(true)}>
            {t('clock.advance')}
          </Button>
        )}
      </Group>
      {isAsking && <AdvanceDialog now={now} onClose={() => setAsking(false)} />}
    </Paper>
  );
}

/** Everything on the page may have changed on the way. */
function useRereadWhenArrived(isMoving: boolean): void {
  const client = useQueryClient();
  const wasMoving = useRef(isMoving);
  useEffect(() => {
    if (wasMoving.current && !isMoving) void client.invalidateQueries();
    wasMoving.current = isMoving;
  }, [isMoving, client]);
}
