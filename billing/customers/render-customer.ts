import type { CustomerBody } from '../../contracts/rest/customers.ts';
import type { PaymentMethodBody } from '../../contracts/rest/payment-methods.ts';
import type { PaymentMethodRow } from '../../db/queries/billing-rows.ts';
import type { CustomerRow } from '../../db/queries/customers.ts';
import type { CustomerId, PaymentMethodId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';

/** A payment method by its customer: another customer's is unknown. */
export interface MethodKey {
  customerId: CustomerId;
  id: PaymentMethodId;
}

export function renderCustomer(customer: CustomerRow): CustomerBody {
  return {
    customer_id: customer.id,
    email: customer.email,
    name: customer.name,
    timezone: customer.timezone,
    country: customer.country,
    language: customer.language,
    status: customer.status,
    default_payment_method_id: customer.defaultPaymentMethodId,
    metadata: customer.metadata,
    created_at: toIso(customer.createdAt),
    updated_at: toIso(customer.updatedAt),
  };
}

export function renderPaymentMethod(method: PaymentMethodRow, isDefault: boolean): PaymentMethodBody {
  return {
    payment_method_id: method.id,
    customer_id: method.customerId,
    provider: method.provider,
    brand: method.brand,
    last4: method.last4,
    exp_month: method.expMonth,
    exp_year: method.expYear,
    default: isDefault,
    status: method.status,
    created_at: toIso(method.createdAt),
  };
}
