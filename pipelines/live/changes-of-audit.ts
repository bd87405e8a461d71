import type { Change } from '../../adapters/live/port.ts';
import type { ChangeKind } from '../../contracts/rest/live.ts';

/** By the first word of the action. Not subscriptions: events tell of them at once. Of invoices and payments they tell of some steps only. */
const kindOf: Readonly<Record<string, ChangeKind>> = {
  customer: 'customer',
  payment_method: 'payment_method',
  plan: 'plan',
  invoice: 'invoice',
  payment: 'payment',
  refund: 'refund',
  refund_request: 'refund_request',
  dispute: 'dispute',
  webhook: 'webhook',
  webhook_endpoint: 'webhook',
  provider_account: 'provider_account',
  user: 'user',
  invitation: 'user',
  role: 'role',
  api_key: 'api_key',
  oauth_client: 'api_key',
  test_clock: 'test_clock',
  tenant: 'tenant',
};

interface AuditFact {
  action: string;
  resourceId: string;
  details: Readonly<Record<string, unknown>>;
}

/** Facts without an event, of which their audit row tells. */
export function changeOfAudit({ action, resourceId, details }: AuditFact): Change[] {
  if (action === 'subscription.parked') return [{ kind: 'subscription', id: resourceId }];
  const { payment_id: paymentId } = details;
  // Of a task at the payment: no page shows a task by its own id.
  if (action === 'payment.retry_settled' && typeof paymentId === 'string') return [{ kind: 'payment', id: paymentId }];
  const [word = ''] = action.split('.');
  const kind = Object.hasOwn(kindOf, word) ? kindOf[word] : undefined;
  if (kind === undefined) return [];
  const change: Change = { kind, id: resourceId };
  // Customers are told of payments, never of requests: with its payment each sees its own.
  return kind === 'refund_request' && typeof paymentId === 'string'
    ? [change, { kind: 'payment', id: paymentId }]
    : [change];
}
