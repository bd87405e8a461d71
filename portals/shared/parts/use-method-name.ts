import { useTranslation } from 'react-i18next';
import type { PaymentMethod } from '../rest/types.ts';

/** `Visa ···· 4242`, or what the provider calls it. */
export function useMethodName(): (method: Pick<PaymentMethod, 'brand' | 'last4'>) => string {
  const { t } = useTranslation();
  return ({ brand, last4 }) => {
    const name = brand.charAt(0).toUpperCase() + brand.slice(1);
    return last4 === null ? name : t('parts.card', { brand: name, last4 });
  };
}
