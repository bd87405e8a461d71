import type { Answer } from '../../contracts/answer.ts';
import { lockCustomer, updateCustomer } from '../../db/queries/customers.ts';
import { isMethodInUse, lockPaymentMethod, markMethodDetached } from '../../db/queries/payment-methods.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { type MethodKey, renderPaymentMethod } from './render-customer.ts';

/** R31. A detached default leaves the customer without one. */
export function detachPaymentMethod(context: BillingContext, call: Call, key: MethodKey): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const customer = await lockCustomer(tx, key.customerId);
    const method = customer && (await lockPaymentMethod(tx, key));
    if (!customer || !method) throw new DomainError('not_found', 'unknown customer or method');
    if (await isMethodInUse(tx, key)) {
      throw new DomainError('method_in_use', 'A live subscription is charged with this method; change it there first.');
    }
    await markMethodDetached(tx, method.id);
    if (customer.defaultPaymentMethodId === method.id) {
      updateCustomer(tx, { ...customer, defaultPaymentMethodId: null, updatedAt: tx.now });
    }
    const details = {
      customer_id: customer.id,
      before: { status: 'active', default: customer.defaultPaymentMethodId === method.id },
      after: { status: 'detached', default: false },
    };
    await insertAudits(tx, caller, [{ action: 'payment_method.detached', resourceId: method.id, details }]);
    return { status: 200, body: renderPaymentMethod({ ...method, status: 'detached' }, false) };
  });
}
