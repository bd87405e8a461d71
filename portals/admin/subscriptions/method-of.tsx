import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMethodName } from '../../shared/parts/use-method-name.ts';
import type { Subscription } from '../../shared/rest/types.ts';
import { methodsQuery } from '../customers/methods-query.ts';

/** What is charged: a method of its own, else the customer's default. */
export function MethodOf({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const methodName = useMethodName();
  const { customer_id, payment_method_id } = subscription;
  const methods = useQuery(methodsQuery(customer_id)).data ?? [];
  const own = methods.find((method) => method.payment_method_id === payment_method_id);
  const used = own ?? methods.find((method) => payment_method_id === null && method.default);
  if (used === undefined) return payment_method_id;
  return own ? methodName(used) : t('method.byDefault', { method: methodName(used) });
}
