import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Sql } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';

/** Only ids read before the engine was asked: an intent written since is owed still. */
export function deleteIntents(tx: TenantTransaction, ids: readonly string[]): void {
  if (ids.length === 0) return;
  tx.alongside(tx.sql`delete from intents where tenant_id = ${tx.tenantId} and id in ${tx.sql(ids as string[])}`);
}

export interface IntentKey {
  tenantId: TenantId;
  id: string;
}

/** An intent whose time has come, taken by one relay. */
export interface DueIntent extends IntentKey {
  /** Either it or the carrier. */
  subscriptionId: SubscriptionId | null;
  carrierId: string | null;
  carries: 'payment' | 'refund' | null;
  kind: 'start' | 'wake' | 'overdue';
  tries: number;
  /** For `overdue`: the row has not moved since the reconciler saw it. */
  isStillOverdue: boolean;
}

/**
 * The system role takes what is due by moving it `leaseMs` ahead: a relay that dies leaves it to the next one. Wakes of the same
 * subscription that are due later come along: the workflow that looks at its row now has seen what they are for.
 */
export function claimDueIntents(system: Sql, options: { limit: number; leaseMs: number }): Promise<DueIntent[]> {
  return system<DueIntent[]>`
    with due as (
      select i.tenant_id, i.id, c.kind as carries,
             coalesce(s.parked_at, c.parked_at) is null
               and coalesce(s.wake_at, c.wake_at) < now() - interval '5 minutes' as is_still_overdue
      from intents i
      left join subscriptions s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
      left join carriers c on c.tenant_id = i.tenant_id and c.id = i.carrier_id
      where i.due_at <= now()
      order by i.due_at
      limit ${options.limit}
      for update of i skip locked),
    later as (
      select i.tenant_id, i.id from intents i
      where (i.tenant_id, i.subscription_id) in (
          select w.tenant_id, w.subscription_id from due join intents w on w.tenant_id = due.tenant_id and w.id = due.id
          where w.kind = 'wake')
        and i.kind = 'wake' and i.due_at > now()
      for update of i skip locked),
    taken as (
      select * from due union all select tenant_id, id, null, false from later)
    update intents set due_at = now() + ${options.leaseMs} * interval '1 millisecond', tries = intents.tries + 1
    from taken where intents.tenant_id = taken.tenant_id and intents.id = taken.id
    returning intents.tenant_id, intents.id, intents.subscription_id, intents.carrier_id, taken.carries, intents.kind,
              intents.tries, taken.is_still_overdue`;
}

export async function settleIntents(system: Sql, keys: readonly IntentKey[]): Promise<void> {
  if (keys.length === 0) return;
  await system`
    delete from intents using unnest(${keys.map((key) => key.tenantId)}::text[], ${keys.map((key) => key.id)}::text[])
      as settled(tenant_id, id)
    where intents.tenant_id = settled.tenant_id and intents.id = settled.id`;
}

export async function postponeIntents(
  system: Sql,
  keys: readonly IntentKey[],
  options: { delayMs: number; error: string },
): Promise<void> {
  if (keys.length === 0) return;
  await system`
    update intents
    set due_at = now() + ${options.delayMs} * interval '1 millisecond', last_error = ${options.error}
    from unnest(${keys.map((key) => key.tenantId)}::text[], ${keys.map((key) => key.id)}::text[]) as late(tenant_id, id)
    where intents.tenant_id = late.tenant_id and intents.id = late.id`;
}

/** False when the subscription is not overdue (any more), is parked, or is unknown. */
export async function oweWakeIfOverdue(
  tx: TenantTransaction,
  wake: { id: string; subscriptionId: SubscriptionId },
): Promise<boolean> {
  const owed = await tx.sql`
    insert into intents (tenant_id, id, subscription_id, kind, due_at)
    select tenant_id, ${wake.id}, id, 'wake', now() from subscriptions
    where tenant_id = ${tx.tenantId} and id = ${wake.subscriptionId} and wake_at < now() and parked_at is null
    returning id`;
  return owed.length > 0;
}
