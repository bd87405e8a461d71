import { Radio, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Plan } from '../../shared/rest/types.ts';
import { periodOf } from './period-of.ts';
import { useShownPlan } from './use-shown-plan.ts';

const steps = { day: 'P1D', week: 'P7D', month: 'P1M' } as const;
type Choice = keyof typeof steps | 'period' | 'date';

/** Null while it is not known how far. */
function bodyOf(choice: Choice, date: string, plan: Plan | undefined): { to: string } | { by: string } | null {
  if (choice === 'date') return date === '' ? null : { to: `${date}T00:00:00Z` };
  if (choice === 'period') return plan === undefined ? null : { by: periodOf(plan) };
  return { by: steps[choice] };
}

export function AdvanceDialog({ now, onClose }: { now: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const [choice, setChoice] = useState<Choice>('day');
  const [date, setDate] = useState('');
  const plan = useShownPlan();
  const body = bodyOf(choice, date, plan);
  async function advance(key: string): Promise<unknown> {
    if (body === null) return false;
    await answered(rest.POST('/v1/test-clock/advance', { params: keyed(key), body }));
    return refresh(t('clock.started'));
  }
  return (
    <IntentDialog
      title={t('clock.advance')}
      confirm={t('clock.confirm')}
      disabled={body === null}
      onConfirm={advance}
      onClose={onClose}
    >
      <Text size="sm">{t('clock.text', { now: format.instant(now) })}</Text>
      <Radio.Group label={t('clock.by')} value={choice} onChange={(value) => setChoice(value as Choice)}>
        <Stack gap="xs" mt="xs">
          <Radio value="day" label={t('clock.day')} />
          <Radio value="week" label={t('clock.week')} />
          <Radio value="month" label={t('clock.month')} />
          {plan && (
            <Radio
              value="period"
              label={t('clock.period', { interval: t(`interval.${plan.interval}`, { count: plan.interval_count }) })}
            />
          )}
          <Radio value="date" label={t('clock.date')} />
        </Stack>
      </Radio.Group>
      {choice === 'date' && (
        <TextInput
          type="date"
          label={t('clock.dateField')}
          required
          min={now.slice(0, 10)}
          value={date}
          onChange={(event) => setDate(event.currentTarget.value)}
        />
      )}
    </IntentDialog>
  );
}
