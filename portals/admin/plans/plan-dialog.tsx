import { Group, NativeSelect, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { majorText, parseMoney } from '../../shared/format/money.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Plan } from '../../shared/rest/types.ts';

const intervals = ['day', 'week', 'month', 'year'] as const;

interface Draft {
  name: string;
  description: string;
  amount: string;
  currency: string;
  interval: string;
  intervalCount: string;
  trialDays: string;
  group: string;
}

function draftOf(plan: Plan | undefined): Draft {
  return {
    name: plan?.name ?? '',
    description: plan?.description ?? '',
    amount: plan === undefined ? '' : majorText(plan.amount, plan.currency),
    currency: plan?.currency ?? 'EUR',
    interval: plan?.interval ?? 'month',
    intervalCount: String(plan?.interval_count ?? 1),
    trialDays: String(plan?.trial_period_days ?? 0),
    group: plan?.group ?? '',
  };
}

async function savePlan(plan: Plan | undefined, draft: Draft, key: string): Promise<void> {
  const currency = draft.currency.trim().toUpperCase();
  const common = {
    name: draft.name.trim(),
    description: draft.description.trim() === '' ? null : draft.description.trim(),
    amount: parseMoney(draft.amount, currency) ?? 0,
    trial_period_days: Number(draft.trialDays),
  };
  if (plan !== undefined) {
    const params = { path: { plan_id: plan.plan_id }, ...keyed(key) };
    await answered(rest.PUT('/v1/plans/{plan_id}', { params, body: common }));
    return;
  }
  const interval = intervals.find((one) => one === draft.interval) ?? 'month';
  const group = draft.group.trim() === '' ? null : draft.group.trim();
  const own = { currency, interval, interval_count: Number(draft.intervalCount), group };
  const body = { ...common, ...own, pricing_model: 'per_unit' as const, metadata: {} };
  await answered(rest.POST('/v1/plans', { params: keyed(key), body }));
}

/** A new plan, or the one given: then a new amount is a new version of its price. */
export function PlanDialog({ plan, onClose }: { plan: Plan | undefined; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [draft, setDraft] = useState(() => draftOf(plan));
  const set = (field: keyof Draft) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setDraft((earlier) => ({ ...earlier, [field]: value }));
  };
  const isPriced = parseMoney(draft.amount, draft.currency.trim().toUpperCase()) !== null;
  const isWhole = /^\d{1,4}$/.test(draft.intervalCount) && /^\d{1,3}$/.test(draft.trialDays);
  async function save(key: string): Promise<void> {
    await savePlan(plan, draft, key);
    await refresh(t('plans.saved'));
  }
  return (
    <IntentDialog
      title={t(plan === undefined ? 'plans.add' : 'plans.edit')}
      confirm={t('plans.save')}
      disabled={draft.name.trim() === '' || !isPriced || !isWhole}
      onConfirm={save}
      onClose={onClose}
    >
      <TextInput label={t('plans.name')} required maxLength={200} value={draft.name} onChange={set('name')} />
      <Textarea
        label={t('plans.description')}
        maxLength={2000}
        autosize
        minRows={2}
        value={draft.description}
        onChange={set('description')}
      />
      <Group grow align="flex-start">
        <TextInput
          label={t('plans.amount')}
          required
          inputMode="decimal"
          value={draft.amount}
          onChange={set('amount')}
        />
        <TextInput
          label={t('plans.currency')}
          required
          maxLength={3}
          disabled={plan !== undefined}
          value={draft.currency}
          onChange={set('currency')}
        />
      </Group>
      {plan === undefined ? <NewPlanFields draft={draft} set={set} /> : <Text size="sm">{t('plans.versionText')}</Text>}
      <TextInput
        label={t('plans.trialField')}
        inputMode="numeric"
        value={draft.trialDays}
        onChange={set('trialDays')}
      />
    </IntentDialog>
  );
}

function NewPlanFields(props: {
  draft: Draft;
  set: (field: keyof Draft) => (event: { currentTarget: { value: string } }) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { draft, set } = props;
  return (
    <>
      <Group grow align="flex-start">
        <TextInput
          label={t('plans.every')}
          inputMode="numeric"
          value={draft.intervalCount}
          onChange={set('intervalCount')}
        />
        <NativeSelect
          label={t('plans.interval')}
          value={draft.interval}
          onChange={set('interval')}
          data={intervals.map((one) => ({ value: one, label: t(`plans.unit.${one}`) }))}
        />
      </Group>
      <TextInput
        label={t('plans.group')}
        description={t('plans.groupText')}
        maxLength={100}
        value={draft.group}
        onChange={set('group')}
      />
    </>
  );
}
