import { NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePriceText } from '../../../shared/parts/use-price-text.ts';
import { everyPlanQuery } from '../../../shared/rest/plan-queries.ts';
import type { Subscription } from '../../../shared/rest/types.ts';
import { prorations } from '../../../shared/subscription/proration-choice.tsx';
import { type Draft, type SupposedKind, supposedKinds } from './draft.ts';

/** Which command, and its particulars. */
export function SuppositionForm(props: {
  subscription: Subscription;
  draft: Draft;
  onChange: (draft: Draft) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { draft, onChange } = props;
  const set = (changed: Partial<Draft>) => onChange({ ...draft, ...changed });
  const kind = draft.kind;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" mb="md">
      <NativeSelect
        label={t('whatIf.command')}
        value={kind}
        onChange={({ currentTarget }) => set({ kind: currentTarget.value as SupposedKind })}
        data={[
          { value: '', label: t('whatIf.none') },
          ...supposedKinds.map((one) => ({ value: one, label: t(`whatIf.kind.${one}`) })),
        ]}
      />
      {kind === 'plan' && <PlanField {...props} />}
      {kind === 'quantity' && (
        <TextInput
          label={t('quantity.field')}
          inputMode="numeric"
          value={draft.quantity}
          onChange={({ currentTarget }) => set({ quantity: currentTarget.value })}
        />
      )}
      {(kind === 'date' || kind === 'pause') && (
        <TextInput
          type="date"
          label={t(kind === 'date' ? 'date.field' : 'pause.until')}
          value={draft.date}
          onChange={({ currentTarget }) => set({ date: currentTarget.value })}
        />
      )}
      {(kind === 'plan' || kind === 'quantity' || kind === 'cancel') && (
        <NativeSelect
          label={t('changePlan.when')}
          value={draft.at}
          onChange={({ currentTarget }) => set({ at: currentTarget.value as Draft['at'] })}
          data={[
            { value: 'now', label: t('changePlan.now') },
            { value: 'period_end', label: t('changePlan.periodEnd') },
          ]}
        />
      )}
      {(kind === 'date' || ((kind === 'plan' || kind === 'quantity') && draft.at === 'now')) && (
        <NativeSelect
          label={t('proration.field')}
          value={draft.proration}
          onChange={({ currentTarget }) => set({ proration: currentTarget.value as Draft['proration'] })}
          data={prorations.map((one) => ({ value: one, label: t(`proration.${one}`) }))}
        />
      )}
    </SimpleGrid>
  );
}

function PlanField(props: { subscription: Subscription; draft: Draft; onChange: (draft: Draft) => void }): ReactNode {
  const { t } = useTranslation();
  const priceText = usePriceText();
  const { subscription, draft, onChange } = props;
  const plans = useQuery(everyPlanQuery('active')).data ?? [];
  const others = plans.filter(
    ({ plan_id, currency }) => plan_id !== subscription.plan_id && currency === subscription.currency,
  );
  return (
    <NativeSelect
      label={t('subscriptions.plan')}
      value={draft.planId}
      onChange={({ currentTarget }) => onChange({ ...draft, planId: currentTarget.value })}
      data={[
        { value: '', label: t('customers.choosePlan') },
        ...others.map((plan) => ({ value: plan.plan_id, label: `${plan.name} · ${priceText(plan)}` })),
      ]}
    />
  );
}
