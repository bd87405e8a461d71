import { Alert, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import type { Subscription } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { RawText } from '../raw-text.tsx';
import { RepairDialog } from './dialogs/repair-dialog.tsx';
import { workflowQuery } from './workflow-query.ts';

/** A step failed until an operator had to look: which, with what, how, and the way on. */
export function ParkedAlert({ subscription, planName }: { subscription: Subscription; planName: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayRepair = useMay('operations:repair');
  const [isAsking, setAsking] = useState(false);
  const isParked = subscription.needs_attention !== null;
  const workflow = useQuery({ ...workflowQuery(subscription), enabled: isParked && mayRepair });
  const parked = subscription.needs_attention;
  if (parked === null) return null;
  const more = workflow.data?.parked ?? null;
  return (
    <Alert color="red" mb="lg" title={t('repair.parked')} role="alert">
      <Text size="sm" fw={600}>
        {t('repair.step', { step: parked.step })}
      </Text>
      {more && (
        <Text size="sm" c="dimmed">
          {t('repair.since', { at: format.exact(more.at) })}
        </Text>
      )}
      <Text size="sm" mt="xs" fw={600}>
        {t('repair.error')}
      </Text>
      <RawText label={t('repair.error')} text={parked.error} />
      {more && (
        <>
          <Text size="sm" mt="xs" fw={600}>
            {t('repair.input')}
          </Text>
          <RawText label={t('repair.input')} text={JSON.stringify(more.input, null, 2)} />
        </>
      )}
      {mayRepair ? (
        <Button mt="sm" color="red" onClick={() => setAsking(true)}>
          {t('repair.title')}
        </Button>
      ) : (
        <Text size="sm" mt="sm">
          {t('repair.byOperator')}
        </Text>
      )}
      {isAsking && <RepairDialog subscription={subscription} planName={planName} onClose={() => setAsking(false)} />}
    </Alert>
  );
}
