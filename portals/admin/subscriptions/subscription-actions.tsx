import { Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../shared/parts/action-button.tsx';
import { Section } from '../../shared/parts/section.tsx';
import type { Command, Subscription } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { CancelDialog } from '../../shared/subscription/cancel-dialog.tsx';
import { ChangePlanDialog } from '../../shared/subscription/change-plan-dialog.tsx';
import { PauseDialog } from '../../shared/subscription/pause-dialog.tsx';
import { ResumeDialog } from '../../shared/subscription/resume-dialog.tsx';
import { UncancelDialog } from '../../shared/subscription/uncancel-dialog.tsx';
import { ChangeQuantityDialog } from './change-quantity-dialog.tsx';

const dialogs = {
  change_plan: ChangePlanDialog,
  change_quantity: ChangeQuantityDialog,
  pause: PauseDialog,
  resume: ResumeDialog,
  cancel: CancelDialog,
  uncancel: UncancelDialog,
} satisfies Partial<Record<Command, unknown>>;

type Action = keyof typeof dialogs;
const actions = Object.keys(dialogs) as Action[];

/** Every action; what the state or the role forbids says so. */
export function SubscriptionActions(props: { subscription: Subscription; planName: string }): ReactNode {
  const { t } = useTranslation();
  const mayWrite = useMay('subscriptions:write');
  const [asking, setAsking] = useState<Action | null>(null);
  const { subscription, planName } = props;
  const { allowed_commands, needs_attention, status } = subscription;
  function forbiddenBecause(action: Action): string | undefined {
    if (!mayWrite) return t('actions.noPermission');
    if (allowed_commands.includes(action)) return undefined;
    if (needs_attention !== null) return t('actions.parked');
    if (action === 'uncancel') return t('actions.noCancel');
    return t('actions.notIn', { status: t(`status.${status}`) });
  }
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
      {Dialog && <Dialog subscription={subscription} planName={planName} settlesNow onClose={() => setAsking(null)} />}
    </Section>
  );
}
