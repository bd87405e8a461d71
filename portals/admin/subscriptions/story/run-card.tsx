import { Group, Text, Timeline } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { StatusBadge } from '../../../shared/parts/status-badge.tsx';
import type { BillingRun } from '../../../shared/rest/types.ts';
import { EventNumbers } from './event-numbers.tsx';
import { RunStep } from './run-step.tsx';
import { tellRun } from './run-story.ts';

interface RunCardProps {
  run: BillingRun;
  subscriptionId: string;
  currency: string;
  isLatest: boolean;
}

/** One boundary and what came of it; the latest lies open. */
export function RunCard({ run, subscriptionId, currency, isLatest }: RunCardProps): ReactNode {
  const { t } = useTranslation();
  const { steps, others } = tellRun(run);
  return (
    <details className="run" open={isLatest}>
      <summary>
        <RunSummary run={run} currency={currency} />
      </summary>
      <Timeline bulletSize={14} lineWidth={2} active={steps.length} mt="md">
        {steps.map((step) => (
          <RunStep key={step.key} {...{ step, run, subscriptionId, currency }} />
        ))}
      </Timeline>
      {others.length > 0 && (
        <>
          <Text size="xs" c="dimmed" mt="md">
            {t('runs.others')}
          </Text>
          <EventNumbers events={others} subscriptionId={subscriptionId} />
        </>
      )}
    </details>
  );
}

function RunSummary({ run, currency }: { run: BillingRun; currency: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const invoices = run.invoices.filter(({ status }) => status !== 'void');
  const totalMinor = invoices.reduce((sum, { total }) => sum + total, 0);
  const attempts = run.invoices.flatMap(({ payments }) => payments).flatMap((payment) => payment.attempts);
  const facts = [
    t('parts.range', { from: format.date(run.period_start), to: format.date(run.period_end) }),
    run.kind === 'trial' && invoices.length === 0 ? null : format.money(totalMinor, currency),
    attempts.length === 0 ? null : t('runs.attempts', { count: attempts.length }),
    run.settled_at === null ? null : t('runs.settledAt', { at: format.instant(run.settled_at) }),
  ];
  return (
    <Group component="span" gap="xs" align="baseline" display="inline-flex">
      <Text component="span" fw={650}>
        {t(`runs.kind.${run.kind}`, { number: run.ordinal })}
      </Text>
      <StatusBadge status={run.status} />
      <Text component="span" size="sm" c="dimmed">
        {facts.filter((fact) => fact !== null).join(' · ')}
      </Text>
    </Group>
  );
}
