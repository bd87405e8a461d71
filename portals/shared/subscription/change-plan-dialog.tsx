import { Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../parts/empty-state.tsx';
import { IntentDialog } from '../parts/intent-dialog.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PreviewPanel } from '../parts/preview-panel.tsx';
import { usePriceText } from '../parts/use-price-text.ts';
import { useRefresh } from '../parts/use-refresh.ts';
import { answered, keyed, rest } from '../rest/client.ts';
import { everyPlanQuery } from '../rest/plan-queries.ts';
import type { Plan, Subscription } from '../rest/types.ts';
import type { SubscriptionDialogProps } from './dialog-props.ts';
import { type Proration, ProrationChoice } from './proration-choice.tsx';

type When = 'now' | 'period_end';

export function ChangePlanDialog(
  props: Pick<SubscriptionDialogProps, 'subscription' | 'settlesNow' | 'onClose'>,
): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const { subscription } = props;
  const path = { subscription_id: subscription.subscription_id };
  const [planId, setPlanId] = useState<string | null>(null);
  const [when, setWhen] = useState<When>('now');
  const [proration, setProration] = useState<Proration>('invoice_now');
  const choosesProration = props.settlesNow === true && when === 'now';
  const body = { plan_id: planId ?? '', effective: when, ...(choosesProration ? { proration } : {}) };
  const preview = useQuery({
    queryKey: ['preview', path.subscription_id, body, subscription.updated_at],
    queryFn: () => answered(rest.POST('/v1/subscriptions/{subscription_id}/preview', { params: { path }, body })),
    enabled: planId !== null,
  });
  async function change(key: string): Promise<void> {
    const call = rest.PUT('/v1/subscriptions/{subscription_id}', { params: { path, ...keyed(key) }, body });
    const changed = await answered(call);
    const waits = 'pending_change' in changed && changed.pending_change?.waits_for;
    await refresh(waits ? t(`changePlan.waits.${waits}`) : t('changePlan.done'));
  }
  return (
    <IntentDialog
      title={t('changePlan.title')}
      confirm={t('changePlan.confirm')}
      disabled={preview.data === undefined}
      onConfirm={change}
      onClose={props.onClose}
      size="lg"
    >
      <PlanChoice subscription={subscription} value={planId} onChange={setPlanId} />
      {planId !== null && (
        <>
          <SegmentedControl
            fullWidth
            aria-label={t('changePlan.when')}
            value={when}
            onChange={(value) => setWhen(value as When)}
            data={[
              { value: 'now', label: t('changePlan.now') },
              { value: 'period_end', label: t('changePlan.periodEnd') },
            ]}
          />
          {choosesProration && <ProrationChoice value={proration} onChange={setProration} />}
          <PreviewPanel query={preview} />
          {!choosesProration && (
            <Text size="sm" c="dimmed">
              {t(`changePlan.${when === 'period_end' ? 'periodEndText' : 'nextInvoiceText'}`)}
            </Text>
          )}
        </>
      )}
    </IntentDialog>
  );
}

function PlanChoice(props: {
  subscription: Subscription;
  value: string | null;
  onChange: (planId: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  const priceText = usePriceText();
  const plans = useQuery(everyPlanQuery('active'));
  const isOther = (plan: Plan) =>
    plan.plan_id !== props.subscription.plan_id && plan.currency === props.subscription.currency;
  return (
    <Loaded query={plans}>
      {(all) =>
        all.some(isOther) ? (
          <Radio.Group label={t('changePlan.to')} value={props.value} onChange={props.onChange}>
            <Stack gap="xs" mt="xs">
              {all.filter(isOther).map((plan) => (
                <Radio
                  key={plan.plan_id}
                  value={plan.plan_id}
                  label={`${plan.name} · ${priceText(plan)}`}
                  description={plan.description}
                />
              ))}
            </Stack>
          </Radio.Group>
        ) : (
          <EmptyState title={t('changePlan.none')} />
        )
      }
    </Loaded>
  );
}
