import { pathKinds } from '../../api/route.ts';
import { routeRegistry } from '../../contracts/rest/registry.ts';
import type { RouteContract } from '../../contracts/rest/route.ts';
import { newId } from '../../db/new-id.ts';
import { makeFurtherIds, storeWebhook, subscribe } from './api-fixtures.ts';
import type { ApiHarness, TestTenant } from './api-harness.ts';

/** What stands in a path, by the name it has there. */
export type RouteIds = Record<string, string>;

/** One of everything that has an address. */
export async function makeRouteIds(api: ApiHarness, of: TestTenant): Promise<RouteIds> {
  const made = await subscribe(api, of);
  const [attempt] = await api.owner<
    { id: string }[]
  >`select id from payment_attempts where payment_id = ${made.paymentId}`;
  const taskId = newId('retryTask');
  await api.owner`insert into retry_tasks (tenant_id, id, payment_id, admin_id, attempt_number, status)
    values (${of.tenantId}, ${taskId}, ${made.paymentId}, 'nobody', 1, 'refused')`;
  const post = (path: string, body: object) => api.call('POST', `/v1${path}`, { key: of.apiKey, body });
  const refund = await post(`/payments/${made.paymentId}/refunds`, { amount: 1 });
  const request = await post(`/payments/${made.paymentId}/refund-requests`, { amount: 1, reason: 'test' });
  return {
    tenant_id: of.tenantId,
    attempt_id: attempt?.id ?? '',
    task_id: taskId,
    refund_id: refund.body.refund_id,
    credit_note_id: refund.body.credit_note_id,
    refund_request_id: request.body.refund_request_id,
    customer_id: made.customerId,
    plan_id: made.planId,
    payment_method_id: made.paymentMethodId,
    subscription_id: made.subscriptionId,
    invoice_id: made.invoiceId,
    payment_id: made.paymentId,
    ...(await makeFurtherIds(api, of, made)),
    webhook_id: await storeWebhook(api, of.tenantId),
  };
}

/** Of every kind one that is nobody's. */
export const unknownIds: RouteIds = Object.fromEntries(
  [...routeRegistry.values()].flatMap(({ path }) => pathKinds(path)).map(({ name, kind }) => [name, newId(kind)]),
);

export const malformedIds: RouteIds = Object.fromEntries(
  Object.keys(unknownIds).map((name) => [name, 'no-id%00at%20all']),
);

export function pathOf(contract: RouteContract, ids: RouteIds): string {
  return `/v1${contract.path.replace(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? name)}`;
}
