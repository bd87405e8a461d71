import type { Change } from '../../adapters/live/port.ts';
import type { ChangeKind } from '../../contracts/rest/live.ts';

/** By the first word of the action. What events tell of at once (subscriptions and the like) is not told again a second later. */
const kindOf: Readonly<Record<string, ChangeKind>> = {
  customer: 'customer',
  payment_method: 'payment_method',
  plan: 'plan',
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

/** Facts without an event, of which their audit row tells. */
export function changeOfAudit({ action, resourceId }: { action: string; resourceId: string }): Change[] {
  const [word = ''] = action.split('.');
  const kind = Object.hasOwn(kindOf, word) ? kindOf[word] : undefined;
  return kind === undefined ? [] : [{ kind, id: resourceId }];
}
