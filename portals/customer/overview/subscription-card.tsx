import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { type Field, FieldList } from '../../shared/parts/field-list.tsx';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import { planQuery } from '../../shared/rest/plan-queries.ts';
import type { Command, Subscription } from '../../shared/rest/types.ts';
import { CancelDialog } from '../../shared/subscription/cancel-dialog.tsx';
import { PauseDialog } from '../../shared/subscription/pause-dialog.tsx';
import { ResumeDialog } from '../../shared/subscription/resume-dialog.tsx';
import { UncancelDialog } from '../../shared/subscription/uncancel-dialog.tsx';

const dialogs = { pause: PauseDialog, resume: ResumeDialog, cancel: CancelDialog, uncancel: UncancelDialog };
type Asking = keyof typeof dialogs;

export function SubscriptionCard(props: { subscription: Subscription; onChangePlan: () => void }): ReactNode {
  const { subscription } = props;
  const [asking, setAsking] = useState<Asking | null>(null);
  const priceText = usePriceText();
  const plan = useQuery(planQuery(subscription.plan_id));
  const name = plan.data?.name ?? '…';
  const Dialog = asking === null ? null : dialogs[asking];
  return (
    <Paper component="section" aria-label={name} mb="lg" shadow="xs">
      <Stack>
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={2} miw={0}>
            <Title order={2} className="break-anywhere">
              {name}
            </Title>
            {plan.data && <Text c="dimmed">{priceText(plan.data)}</Text>}
          </Stack>
          <StatusBadge status={subscription.status} />
        </Group>
        <Notes subscription={subscription} />
        <Dates subscription={subscription} />
        <Actions subscription={subscription} onChangePlan={props.onChangePlan} onAsk={setAsking} />
      </Stack>
      {Dialog && <Dialog subscription={subscription} planName={name} onClose={() => setAsking(null)} />}
    </Paper>
  );
}

/** Nothing can be done with it any more, but to begin anew. */
function isOver({ status, allowed_commands }: Subscription): boolean {
  return (
    allowed_commands.length === 0 && (status === 'canceled' || status === 'payment_failed' || status === 'expired')
  );
}

/** What is going to happen by itself, or has. */
function Notes({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { cancel_at, pending_change, status, resumes_at } = subscription;
  const notes = [
    isOver(subscription) && t(status === 'canceled' ? 'overview.ended' : 'overview.failedFirst'),
    cancel_at !== null && t('overview.endsAt', { date: format.date(cancel_at) }),
    pending_change !== null && t(`overview.pending.${pending_change.waits_for}`),
    status === 'paused' &&
      (resumes_at === null ? t('overview.pausedOpen') : t('overview.pausedUntil', { date: format.date(resumes_at) })),
  ].filter((note) => note !== false);
  if (notes.length === 0) return null;
  return (
    <Alert color="blue" variant="light">
      {notes.map((note) => (
        <Text key={note} size="sm">
          {note}
        </Text>
      ))}
    </Alert>
  );
}

function Dates({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { next_charge, end_date, start_date, trial_end, quantity, credit_balance, currency } = subscription;
  const fields: (Field | null)[] = [
    next_charge && {
      label: t('overview.renews'),
      value: t('overview.renewsValue', {
        date: format.date(next_charge.at),
        amount: format.money(next_charge.amount, next_charge.currency),
      }),
    },
    start_date === null || end_date === null
      ? null
      : {
          label: t('overview.period'),
          value: t('parts.range', { from: format.day(start_date), to: format.day(end_date) }),
        },
    subscription.status === 'trialing' && trial_end !== null
      ? { label: t('overview.trialEnds'), value: format.day(trial_end) }
      : null,
    quantity > 1 ? { label: t('overview.quantity'), value: format.number(quantity) } : null,
    credit_balance > 0 ? { label: t('overview.credit'), value: format.money(credit_balance, currency) } : null,
  ];
  return <FieldList fields={fields.filter((field) => field !== null)} />;
}

function Actions(props: {
  subscription: Subscription;
  onChangePlan: () => void;
  onAsk: (what: Asking) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { allowed_commands, plan_id } = props.subscription;
  const may = (command: Command) => allowed_commands.includes(command);
  return (
    <Group gap="sm">
      {isOver(props.subscription) && (
        <RouterButton to="/subscribe" search={{ plan: plan_id } as never}>
          {t('overview.again')}
        </RouterButton>
      )}
      {may('change_plan') && <Button onClick={props.onChangePlan}>{t('overview.changePlan')}</Button>}
      {may('resume') && <Button onClick={() => props.onAsk('resume')}>{t('overview.resume')}</Button>}
      {may('pause') && (
        <Button variant="default" onClick={() => props.onAsk('pause')}>
          {t('overview.pause')}
        </Button>
      )}
      {may('uncancel') && (
        <Button variant="default" onClick={() => props.onAsk('uncancel')}>
          {t('overview.uncancel')}
        </Button>
      )}
      {may('cancel') && (
        <Button variant="subtle" color="red" onClick={() => props.onAsk('cancel')}>
          {t('overview.cancel')}
        </Button>
      )}
    </Group>
  );
}
