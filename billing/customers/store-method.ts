import type { AttachedMethod } from '../../adapters/payments/port.ts';
import type { PaymentMethodBody } from '../../contracts/rest/payment-methods.ts';
import type { PaymentMethodRow } from '../../db/queries/billing-rows.ts';
import { findCustomer, lockCustomer, updateCustomer } from '../../db/queries/customers.ts';
import { insertPaymentMethod } from '../../db/queries/payment-methods.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Caller } from '../context.ts';
import { type OwedCollection, oweDefaultMethod } from '../subscriptions/apply-default-method.ts';
import { renderPaymentMethod } from './render-customer.ts';

type NewMethod = AttachedMethod & Pick<PaymentMethodRow, 'id' | 'customerId' | 'provider'> & { makeDefault: boolean };

/** Writes an attached method; the customer's lock decides which of two first ones becomes the default, and owes what follows. */
export async function storeMethod(
  tx: TenantTransaction,
  caller: Caller,
  method: NewMethod,
): Promise<{ stored: PaymentMethodBody; owed: OwedCollection[] }> {
  const customer = await lockCustomer(tx, method.customerId);
  if (!customer) throw unknownCustomer();
  const { makeDefault, ...stored } = method;
  const row: PaymentMethodRow = { ...stored, status: 'active', createdAt: tx.now };
  await insertPaymentMethod(tx, row);
  const isDefault = makeDefault || customer.defaultPaymentMethodId === null;
  if (isDefault) updateCustomer(tx, { ...customer, defaultPaymentMethodId: row.id, updatedAt: tx.now });
  const details = { customer_id: row.customerId, provider: row.provider, default: isDefault };
  await insertAudits(tx, caller, [{ action: 'payment_method.attached', resourceId: row.id, details }]);
  const { customerId, id: methodId } = row;
  const owed = isDefault ? await oweDefaultMethod(tx, caller, { customerId, methodId }) : [];
  return { stored: renderPaymentMethod(row, isDefault), owed };
}

export async function refuseUnknownCustomer(tx: TenantTransaction, id: NewMethod['customerId']): Promise<void> {
  if (!(await findCustomer(tx.sql, id))) throw unknownCustomer();
}

function unknownCustomer(): DomainError {
  return new DomainError('not_found', 'unknown customer');
}
