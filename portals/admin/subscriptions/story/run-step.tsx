import { Group, Text, Timeline } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { RouterAnchor } from '../../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../../shared/parts/status-badge.tsx';
import type { BillingRun } from '../../../shared/rest/types.ts';
import { ActorName } from './actor-name.tsx';
import { AttemptStep } from './attempt-step.tsx';
import { colourOf } from './entry-colour.ts';
import { EntryDetails } from './entry-details.tsx';
import { EventNumbers } from './event-numbers.tsx';
import type { RunInvoice, StoryStep } from './run-story.ts';

interface RunStepProps {
  step: StoryStep;
  run: BillingRun;
  subscriptionId: string;
  currency: string;
}

/** When, what, by whom and why, with the numbers of its events. What the timeline itself says to its items is passed on. */
export function RunStep(props: RunStepProps): ReactNode {
  const { step, run: _run, subscriptionId, currency: _currency, ...ofTimeline } = props;
  const format = useFormat();
  return (
    <Timeline.Item {...ofTimeline} color={colourOfStep(step)} lineVariant={step.kind === 'retry' ? 'dashed' : 'solid'}>
      <Group gap="xs" justify="space-between" align="baseline">
        <StepTitle {...props} />
        <Text size="xs" c="dimmed" component="time" className="figures" dateTime={step.at}>
          {format.exact(step.at)}
        </Text>
      </Group>
      <StepBody {...props} />
      <EventNumbers events={step.events} subscriptionId={subscriptionId} />
    </Timeline.Item>
  );
}

function colourOfStep(step: StoryStep): string {
  switch (step.kind) {
    case 'attempt':
      if (step.attempt.status === 'succeeded') return 'green';
      return step.attempt.status === 'declined' ? 'red' : 'orange';
    case 'paid':
      return 'green';
    case 'retry':
      return 'blue';
    case 'entry':
      return colourOf(step.entry.action);
    case 'boundary':
    case 'invoice':
    case 'voided':
      return 'gray';
  }
}

function StepTitle({ step, run }: RunStepProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const text = (children: ReactNode) => (
    <Text size="sm" fw={600} component="div">
      {children}
    </Text>
  );
  switch (step.kind) {
    case 'boundary':
      return text(t(`runs.boundary.${run.kind}`));
    case 'invoice':
      return text(
        <InvoiceName invoice={step.invoice} amount={format.money(step.invoice.total, step.invoice.currency)} />,
      );
    case 'attempt': {
      const { number, trigger, status } = step.attempt;
      const why = t(`trigger.${trigger}`, { defaultValue: trigger });
      return text(
        <Group gap="xs">
          {t('runs.attempt', { number, most: step.payment.max_retries, why })}
          <StatusBadge status={status} />
        </Group>,
      );
    }
    case 'retry':
      return text(t('runs.retryPlanned'));
    case 'paid':
      return text(t(step.invoice.total === 0 ? 'runs.paidNothing' : 'runs.paid'));
    case 'voided':
      return text(t('runs.voided'));
    case 'entry': {
      const { action } = step.entry;
      return text(t(`timeline.${action}`, { defaultValue: action.replaceAll('_', ' ') }));
    }
  }
}

function InvoiceName({ invoice, amount }: { invoice: RunInvoice; amount: string }): ReactNode {
  const { t } = useTranslation();
  const { invoice_id, number, kind } = invoice;
  return (
    <>
      <RouterAnchor to={`/invoices/${invoice_id}`} size="sm" fw={600}>
        {number === null ? t('runs.draft') : t('runs.invoice', { number })}
      </RouterAnchor>
      {` · ${amount} · ${t(`invoices.kinds.${kind}`)}`}
    </>
  );
}

function StepBody({ step, run, currency }: RunStepProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (step.kind === 'attempt') return <AttemptStep attempt={step.attempt} payment={step.payment} />;
  if (step.kind === 'boundary') {
    return (
      <Text size="xs" c="dimmed">
        {t('runs.opened', { at: format.exact(run.opened_at) })}
      </Text>
    );
  }
  if (step.kind === 'paid' && step.entry) return <By entry={step.entry} />;
  if (step.kind !== 'entry') return null;
  return (
    <>
      <By entry={step.entry} />
      <EntryDetails details={withoutOwn(step.entry.details, run)} currency={currency} />
    </>
  );
}

/** An invoice or payment of this run is told by its own step. */
function withoutOwn(details: Readonly<Record<string, unknown>>, { invoices }: BillingRun): Record<string, unknown> {
  const own = new Set<unknown>(
    invoices.flatMap(({ invoice_id, payments }) => [invoice_id, ...payments.map(({ payment_id }) => payment_id)]),
  );
  return Object.fromEntries(Object.entries(details).filter(([, value]) => !own.has(value)));
}

function By({ entry }: { entry: BillingRun['entries'][number] }): ReactNode {
  return (
    <Text size="xs" c="dimmed" className="break-anywhere">
      {entry.plan_name}
      {' · '}
      <ActorName actor={entry.details['actor']} />
    </Text>
  );
}
