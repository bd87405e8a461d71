import type { ReceivedMessage } from '../../adapters/events/port.ts';
import type { BillingContext } from '../../billing/context.ts';
import { parseId } from '../../db/new-id.ts';
import { noteFailedTry } from '../../db/queries/inbox.ts';

const errorLengthMax = 1_000;

/** The operator's list shows why a notification is not through. A message that does not say which one it is leaves no trace there. */
export async function noteFailure(
  { database }: BillingContext,
  message: ReceivedMessage,
  failure: { error: unknown; isDead: boolean },
): Promise<void> {
  if (message.topic !== 'webhooks.received') return;
  const named = namesOf(message.value);
  if (named === null) return;
  const error = String(failure.error).replaceAll('\0', '').slice(0, errorLengthMax);
  await noteFailedTry(database, named.tenantId, { inboxId: named.inboxId, error, isDead: failure.isDead });
}

function namesOf(value: string) {
  try {
    const { tenant_id: tenant, data } = JSON.parse(value) as { tenant_id?: unknown; data?: { inbox_id?: unknown } };
    const [tenantId, inboxId] = [parseId('tenant', String(tenant)), parseId('event', String(data?.inbox_id))];
    return tenantId === null || inboxId === null ? null : { tenantId, inboxId };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
