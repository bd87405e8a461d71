import { expect } from 'vitest';
import type { TenantId } from '../../domain/ids.ts';
import { subscribe } from './api-fixtures.ts';
import type { ApiHarness, TestTenant } from './api-harness.ts';
import { type StandInRelay, startStandInRelay } from './stand-in-relay.ts';

export interface FailedPayment {
  subscriptionId: string;
  customerId: string;
  /** Of the renewal that was declined. */
  paymentId: string;
  invoiceId: string;
}

/** A subscription whose renewal was declined for want of funds: past due, its payment `failed`, the ladder's next attempt planned. */
export async function failRenewal(api: ApiHarness, tenant: TestTenant): Promise<FailedPayment> {
  const key = tenant.apiKey;
  const { subscriptionId, customerId } = await subscribe(api, tenant, { token: 'tok_decline_after_1' });
  await api.call('POST', `/v1/subscriptions/${subscriptionId}/test-clock/advance`, { key, body: { by: 'P1M' } });
  const { body } = await api.call('GET', `/v1/payments?subscription_id=${subscriptionId}&status=failed`, { key });
  expect(body.data).toHaveLength(1);
  const [failed] = body.data as [{ payment_id: string; invoice_id: string }];
  return { subscriptionId, customerId, paymentId: failed.payment_id, invoiceId: failed.invoice_id };
}

/** The card behind a customer's method works from now on: its next charge is scripted. */
export function payNext(api: ApiHarness, tenantId: TenantId, ...next: string[]): void {
  api.provider.script({ tenantId, next: next.length === 0 ? ['ok'] : next });
}

export async function openTenantWithRelay(api: ApiHarness): Promise<TestTenant & { relay: StandInRelay }> {
  const tenant = await api.makeTenant();
  return { ...tenant, relay: startStandInRelay(api.owner, api.context, tenant.tenantId) };
}
