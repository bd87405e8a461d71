import { Group } from '@mantine/core';
import { type ComponentType, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../shared/parts/action-button.tsx';
import { Section } from '../../shared/parts/section.tsx';
import type { Command, Subscription } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { CancelDialog } from '../../shared/subscription/cancel-dialog.tsx';
import { ChangePlanDialog } from '../../shared/subscription/change-plan-dialog.tsx';
import type { SubscriptionDialogProps } from '../../shared/subscription/dialog-props.ts';
import { PauseDialog } from '../../shared/subscription/pause-dialog.tsx';
import { ResumeDialog } from '../../shared/subscription/resume-dialog.tsx';
import { UncancelDialog } from '../../shared/subscription/uncancel-dialog.tsx';
import { ChangeDateDialog } from './dialogs/change-date-dialog.tsx';
import { ChangeMetadataDialog } from './dialogs/change-metadata-dialog.tsx';
import { ChangeMethodDialog } from './dialogs/change-method-dialog.tsx';
import { ChangeQuantityDialog } from './dialogs/change-quantity-dialog.tsx';
import { RepairDialog } from './dialogs/repair-dialog.tsx';
import { RetryPaymentDialog } from './dialogs/retry-payment-dialog.tsx';
import { Consequences } from './forecast/consequences.tsx';

/** R21's commands, each with its dialog; `repair` is the operator's. */
const dialogs: Readonly<Record<Command | 'repair', ComponentType<SubscriptionDialogProps>>> = {
  change_plan: ChangePlanDialog,
  change_quantity: ChangeQuantityDialog,
  change_date: ChangeDateDialog,
  change_payment_method: ChangeMethodDialog,
  retry: RetryPaymentDialog,
  pause: PauseDialog,
  resume: ResumeDialog,
  cancel: CancelDialog,
  uncancel: UncancelDialog,
  change_metadata: ChangeMetadataDialog,
  repair: RepairDialog,
};

type Action = keyof typeof dialogs;
const actions = Object.keys(dialogs) as Action[];

/** Every action; what the state or the role forbids says so. */
export function SubscriptionActions(props: { subscription: Subscription; planName: string }): ReactNode {
  const { t } = useTranslation();
  const forbiddenBecause = useForbiddenBecause(props.subscription);
  const [asking, setAsking] = useState<Action | null>(null);
  const { subscription, planName } = props;
  const Dialog = asking === null ? null : dialogs[asking];
  return (
    <Section title={t('actions.title')}>
      <Group gap="sm">
        {actions.map((action) => (
          <ActionButton
            key={action}
            label={t(`actions.${action}`)}
            forbidden={forbiddenBecause(action)}
            danger={action === 'cancel'}
            onClick={() => setAsking(action)}
          />
        ))}
      </Group>
      {Dialog && (
        <Dialog
          subscription={subscription}
          planName={planName}
          settlesNow
          consequences={(supposed) => <Consequences subscription={subscription} supposed={supposed} />}
          onClose={() => setAsking(null)}
        />
      )}
    </Section>
  );
}

/** The state table as it stands for this subscription, then the role. */
function useForbiddenBecause(subscription: Subscription): (action: Action) => string | undefined {
  const { t } = useTranslation();
  const [mayWrite, mayRetry, mayRepair] = [
    useMay('subscriptions:write'),
    useMay('failed_payments:retry'),
    useMay('operations:repair'),
  ];
  const { allowed_commands, needs_attention, status } = subscription;
  return (action) => {
    const mayDo = action === 'repair' ? mayRepair : action === 'retry' ? mayRetry : mayWrite;
    if (!mayDo) return t('actions.noPermission');
    if (action === 'repair') return needs_attention === null ? t('actions.notParked') : undefined;
    if (allowed_commands.includes(action)) return undefined;
    if (needs_attention !== null) return t('actions.parked');
    if (action === 'uncancel') return t('actions.noCancel');
    return t('actions.notIn', { status: t(`status.${status}`) });
  };
}
