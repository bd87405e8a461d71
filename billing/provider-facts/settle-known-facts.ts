import type { ProviderFact } from '../../adapters/payments/port.ts';
import { findAttemptsOfCharges, type KnownAttempt } from '../../db/queries/find-attempts.ts';
import { findUnhandled, markHandled } from '../../db/queries/inbox.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';

export interface Notification {
  inboxId: string;
  provider: string;
  fact: ProviderFact | null;
}

/** `open`: still to be applied. */
export type Settled = 'processed' | 'ignored' | 'open';

/**
 * Most notifications tell what the rows already say. Those are settled here, many in one transaction and without asking the
 * provider: of a charge already taken, of a charge that is none of ours, of nothing the platform has a use for.
 */
export async function settleKnownFacts(
  database: TenantDatabase,
  tenantId: TenantId,
  notifications: readonly Notification[],
): Promise<Settled[]> {
  return withTenant(database, tenantId, async (tx) => {
    const ids = notifications.map(({ inboxId }) => inboxId);
    const charges = notifications.flatMap(({ fact }) => (fact?.kind === 'charge_updated' ? [fact] : []));
    const [unhandled, attempts] = await Promise.all([findUnhandled(tx, ids), findAttemptsOfCharges(tx, charges)]);
    const settled = notifications.map((notification): Settled => {
      if (!unhandled.has(notification.inboxId)) return 'processed';
      return judge(notification, attempts);
    });
    const handled = notifications.flatMap(({ inboxId }, index) => {
      const status = settled[index];
      return status === undefined || status === 'open' || !unhandled.has(inboxId) ? [] : [{ inboxId, status }];
    });
    if (handled.length > 0) await markHandled(tx, handled);
    return settled;
  });
}

function judge({ provider, fact }: Notification, attempts: readonly KnownAttempt[]): Settled {
  if (fact === null) return 'ignored';
  if (fact.kind !== 'charge_updated') return 'open';
  const attempt = attemptOf(fact, provider, attempts);
  if (attempt === undefined) return 'ignored';
  return confirms(fact, attempt) ? 'processed' : 'open';
}

/** By our own id, else by the provider's. */
export function attemptOf<A extends KnownAttempt>(
  fact: Extract<ProviderFact, { kind: 'charge_updated' }>,
  provider: string,
  attempts: readonly A[],
): A | undefined {
  const ofProvider = attempts.filter((attempt) => attempt.provider === provider);
  return (
    ofProvider.find(({ id }) => id === fact.attemptId) ??
    ofProvider.find((attempt) => fact.providerChargeId !== null && attempt.providerChargeId === fact.providerChargeId)
  );
}

/** Nothing outranks a success. One of another charge than the row's is asked about all the same. */
function confirms(fact: { providerChargeId: string | null }, attempt: KnownAttempt): boolean {
  if (attempt.status !== 'succeeded') return false;
  return fact.providerChargeId === null || fact.providerChargeId === attempt.providerChargeId;
}
