import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import type { Plan } from '../../shared/rest/types.ts';

/** What a new subscription takes from whom, and when. */
export function FirstCharge({ plan, quantity, name }: { plan: Plan; quantity: number; name: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const priceText = usePriceText();
  const amount = plan.amount * quantity;
  if (plan.trial_period_days === 0)
    return t('customers.chargedNow', { amount: format.money(amount, plan.currency), name });
  return t('customers.chargedLater', {
    count: plan.trial_period_days,
    ...{ price: priceText({ ...plan, amount }), name },
  });
}
