import { newId } from '../../db/new-id.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';

/** What the provider does with the next charges, or refunds, of this tenant. */
export async function scriptCharges(
  { addresses }: TestPlatform,
  { tenantId }: PlatformTenant,
  next: readonly string[],
  operation: 'charge' | 'refund' = 'charge',
): Promise<void> {
  const body = { operation, account: tenantId, next: next.map((behave) => ({ behave })) };
  const answer = await fetch(`${addresses.sandboxProviderUrl}/control/script`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  });
  if (!answer.ok) throw new Error(`no script is taken: ${answer.status} ${await answer.text()}`);
}

/** The one charge of a subscription that nobody has decided, as after the last look-up. */
export async function sendToReview(
  { owner }: TestPlatform,
  { tenantId }: PlatformTenant,
  subscriptionId: string,
): Promise<{ paymentId: string; attemptId: string }> {
  const [attempt] = await owner<{ paymentId: string; attemptId: string }[]>`
    update payment_attempts set status = 'needs_review', resolve_at = null
    where tenant_id = ${tenantId} and subscription_id = ${subscriptionId} and status = 'unknown'
    returning payment_id, id as attempt_id`;
  if (!attempt) throw new Error('no charge of this subscription is undecided');
  return attempt;
}

/** The one refund that the provider has pending, as after the last look-up; false while it has not said so. */
export async function sendRefundToReview({ owner }: TestPlatform, { tenantId }: PlatformTenant): Promise<boolean> {
  const sent = await owner`
    update refunds set status = 'needs_review', resolve_at = null where tenant_id = ${tenantId} and status = 'pending'
    returning id`;
  return sent.length === 1;
}

/** As a step leaves it that failed until an operator has to look. */
export async function parkSubscription(
  { owner }: TestPlatform,
  { tenantId }: PlatformTenant,
  id: string,
): Promise<void> {
  const parked = { step: 'takeStep', input: { subscriptionId: id }, error: 'Error: <b>no such price</b>' };
  await owner`update subscriptions set parked_at = now(), parked = ${owner.json(parked)}
    where tenant_id = ${tenantId} and id = ${id}`;
}

/** A notification that nobody could handle, as the forwarder leaves it. */
export async function makeDeadLetter(
  { owner }: TestPlatform,
  { tenantId }: PlatformTenant,
  body: string,
): Promise<string> {
  const id = newId('event');
  // In one statement: between two, the relay would take it for one that is to be handled.
  await owner`
    insert into inbox (tenant_id, provider, endpoint, provider_event_id, id, event_type, body, status, error, tries, published_at)
    values (${tenantId}, 'sandbox', 'default', ${`evt_${id}`}, ${id}, 'charge.updated', ${Buffer.from(body)}, 'dead',
            'no such charge', 5, now())`;
  return id;
}
