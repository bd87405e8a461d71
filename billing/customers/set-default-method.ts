import type { Answer } from '../../contracts/answer.ts';
import { lockCustomer, updateCustomer } from '../../db/queries/customers.ts';
import { lockPaymentMethod } from '../../db/queries/payment-methods.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { applyDefaultMethod, type OwedCollection, oweDefaultMethod } from '../subscriptions/apply-default-method.ts';
import { type MethodKey, renderPaymentMethod } from './render-customer.ts';

/** R31: past-due subscriptions and those without a method of their own use the new default, and past-due ones retry at once. */
export async function setDefaultMethod(context: BillingContext, call: Call, key: MethodKey): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  const owed: OwedCollection[] = [];
  const answer = await answerOnce(context.database, tenantId, claim, async (tx) => {
    const [customer, method] = await Promise.all([lockCustomer(tx, key.customerId), lockPaymentMethod(tx, key)]);
    if (!customer || !method) throw new DomainError('not_found', 'unknown customer or method');
    if (customer.defaultPaymentMethodId !== method.id) {
      updateCustomer(tx, { ...customer, defaultPaymentMethodId: method.id, updatedAt: tx.now });
      const details = {
        customer_id: customer.id,
        before: { default_payment_method_id: customer.defaultPaymentMethodId },
        after: { default_payment_method_id: method.id },
      };
      tx.alongside(
        insertAudits(tx, caller, [{ action: 'payment_method.made_default', resourceId: method.id, details }]),
      );
    }
    owed.push(...(await oweDefaultMethod(tx, caller, { customerId: customer.id, methodId: method.id })));
    return { status: 200, body: renderPaymentMethod(method, true) };
  });
  await applyDefaultMethod(context, caller, owed);
  return answer;
}
