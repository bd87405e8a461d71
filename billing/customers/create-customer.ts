import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { type CustomerRow, insertCustomer } from '../../db/queries/customers.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { renderCustomer } from './render-customer.ts';

export type CreateCustomerInput = Pick<
  CustomerRow,
  'email' | 'name' | 'timezone' | 'country' | 'language' | 'metadata'
>;

/** R31. */
export function createCustomer(context: BillingContext, call: Call, input: CreateCustomerInput): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const customer: CustomerRow = {
      tenantId,
      id: newId('customer'),
      email: input.email,
      name: input.name,
      timezone: input.timezone,
      country: input.country,
      language: input.language,
      status: 'active',
      defaultPaymentMethodId: null,
      metadata: input.metadata,
      createdAt: tx.now,
      updatedAt: tx.now,
    };
    await insertCustomer(tx, customer);
    await insertAudits(tx, caller, [
      {
        action: 'customer.created',
        resourceId: customer.id,
        details: { after: { timezone: customer.timezone, country: customer.country, status: customer.status } },
      },
    ]);
    return { status: 201, body: renderCustomer(customer) };
  });
}
