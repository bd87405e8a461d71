import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import type { Plan } from '../rest/types.ts';

/** A plan's price with its interval: `29,00 € every 3 months`. */
export function usePriceText(): (plan: Pick<Plan, 'amount' | 'currency' | 'interval' | 'interval_count'>) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (plan) =>
    t('parts.price', {
      amount: format.money(plan.amount, plan.currency),
      interval: t(`interval.${plan.interval}`, { count: plan.interval_count }),
    });
}
