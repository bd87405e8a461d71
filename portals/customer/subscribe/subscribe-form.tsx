import { Button, Group, Paper, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemPanel } from '../../shared/parts/problem-panel.tsx';
import { useIntentKey } from '../../shared/parts/use-intent-key.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Plan, SubscriptionCreated } from '../../shared/rest/types.ts';
import { useCustomerId } from '../../shared/session/session-context.tsx';
import { useMethods } from '../queries.ts';
import { FirstCharge } from './first-charge.tsx';
import { MethodChoice } from './method-choice.tsx';
import { PlanCards } from './plan-cards.tsx';
import { QuantityField, useQuantity } from './quantity-field.tsx';

interface SubscribeFormProps {
  plans: readonly Plan[];
  onCreated: (created: SubscriptionCreated) => void;
}

/** Plan, quantity, method, what will be charged, and the button that does it. */
export function SubscribeForm({ plans, onCreated }: SubscribeFormProps): ReactNode {
  const { t } = useTranslation();
  const { plan: planId } = useSearch({ strict: false }) as { plan?: string };
  const navigate = useNavigate();
  const methods = useMethods().data ?? [];
  const [named, setNamed] = useState<string | null>(null);
  const plan = plans.find(({ plan_id }) => plan_id === planId);
  const method =
    methods.find(({ payment_method_id }) => payment_method_id === named) ?? methods.find((one) => one.default);
  const { quantity, ...counted } = useQuantity(plan);
  const needsMethod = plan !== undefined && plan.trial_period_days === 0 && plan.amount > 0;
  const subscribe = useSubscribe(onCreated);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (plan === undefined || quantity === null) return;
    const by = method && { payment_method_id: method.payment_method_id };
    subscribe.mutate({ plan_id: plan.plan_id, quantity, ...by });
  };
  const choosePlan = (chosen: string) =>
    void navigate({
      to: '/subscribe',
      search: ((kept: object) => ({ ...kept, plan: chosen })) as never,
      replace: true,
    });
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <PlanCards plans={plans} value={planId ?? null} onChange={choosePlan} />
        {plan && (
          <>
            {counted.isCounted && <QuantityField text={counted.text} onChange={counted.change} />}
            <MethodChoice
              methods={methods}
              value={method?.payment_method_id ?? null}
              hasTrial={plan.trial_period_days > 0}
              onChange={setNamed}
            />
            <Paper component="section" aria-label={t('subscribe.summary')}>
              <Stack>
                {quantity !== null && <FirstCharge plan={plan} amount={plan.amount * quantity} />}
                {subscribe.isError && <ProblemPanel error={subscribe.error} />}
                <Group justify="flex-end">
                  <Button
                    type="submit"
                    size="md"
                    loading={subscribe.isPending}
                    disabled={quantity === null || (needsMethod && method === undefined)}
                  >
                    {t(needsMethod ? 'subscribe.confirmPaid' : 'subscribe.confirm')}
                  </Button>
                </Group>
              </Stack>
            </Paper>
          </>
        )}
      </Stack>
    </form>
  );
}

/** One key for as long as the outcome is not known, so that no second subscription comes of a lost answer. */
function useSubscribe(onCreated: (created: SubscriptionCreated) => void) {
  const customer_id = useCustomerId();
  const client = useQueryClient();
  const { key, onProblem } = useIntentKey();
  return useMutation({
    mutationFn: (chosen: { plan_id: string; quantity: number; payment_method_id?: string }) => {
      const body = { customer_id, ...chosen };
      return answered(rest.POST('/v1/subscriptions', { params: keyed(key), body }));
    },
    onSuccess: async (created) => {
      onCreated(created);
      await client.invalidateQueries();
    },
    onError: onProblem,
  });
}
