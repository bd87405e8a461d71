import type { Answer } from '../../contracts/answer.ts';
import { type CustomerRow, lockCustomer, updateCustomer } from '../../db/queries/customers.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { describeChange } from '../../domain/describe-change.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { mergeMetadata } from '../subscriptions/merge-metadata.ts';
import { renderCustomer } from './render-customer.ts';

type Details = Pick<CustomerRow, 'email' | 'name' | 'timezone' | 'country' | 'status'>;

/** Absent members stay as they are. */
export interface ChangeCustomerInput {
  details: Partial<Details>;
  metadata?: Record<string, string | null>;
}

/** R31. A new zone counts for subscriptions created from now on: existing ones keep the zone of their anchor. */
export function changeCustomer(
  context: BillingContext,
  call: Call,
  customerId: CustomerId,
  input: ChangeCustomerInput,
): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const stored = await lockCustomer(tx, customerId);
    if (!stored) throw new DomainError('not_found', 'unknown customer');
    const customer = { ...stored, ...input.details };
    if (input.metadata) customer.metadata = mergeMetadata(stored.metadata, input.metadata);
    const change = describeChange(stored, customer, ['timezone', 'country', 'status']);
    if (change.changed.length > 0) {
      customer.updatedAt = tx.now;
      updateCustomer(tx, customer);
      tx.alongside(
        insertAudits(tx, caller, [{ action: 'customer.changed', resourceId: customerId, details: { ...change } }]),
      );
    }
    return { status: 200, body: renderCustomer(customer) };
  });
}
