import type { Envelope } from '../contracts/events/envelope.ts';
import type { EventData } from '../contracts/events/index.ts';
import type { Sql } from '../db/database.ts';
import { newId } from '../db/new-id.ts';
import { shardOf } from '../db/outbox-shard.ts';
import {
  findOverdue,
  noteOverdue,
  noteOverdueCarriers,
  type OverdueNotice,
  type OverdueSubscription,
} from '../db/queries/overdue-subscriptions.ts';
import { MINUTE_MS, NEVER, toIso } from '../domain/instant.ts';
import { assertNever } from '../domain/invariant.ts';
import { registerCounter } from '../runtime/metrics.ts';

const topic = 'subscriptions.renew_required';
const pageSize = 100;
/** A minute's work at most: what is left is older still in the next one. */
const countMax = 500;
/** Beyond it the workers are busy, not asleep: waking more would only add to it. */
const backlogMax = 1_000;
/** The event may bring the wake sooner; the intent does so also while the broker is away. */
const intentDelayMs = MINUTE_MS;

const noted = registerCounter({
  name: 'redcore_reconciler_overdue_total',
  help: 'Subscriptions, payments and refunds found five minutes overdue with nobody awake: a lost wake or workflow, each of them',
});

export interface ReconcileParts {
  /** The system role: the reconciler reads across tenants, and only dates. */
  system: Sql;
  /** Tasks waiting for a billing worker. */
  billingBacklog: () => Promise<number>;
}

export type Reconciled = { kind: 'noted'; count: number } | { kind: 'backlogged'; backlog: number };

/** The safety net under every promise to be awake (design §4): finds who should be and is not, and owes each a wake. */
export async function reconcileOverdue({ system, billingBacklog }: ReconcileParts): Promise<Reconciled> {
  const backlog = await billingBacklog();
  if (backlog > backlogMax) return { kind: 'backlogged', backlog };
  let count = 0;
  while (count < countMax) {
    const limit = Math.min(pageSize, countMax - count);
    const found = await notePage(system, limit);
    count += found;
    if (found < limit) break;
  }
  noted.inc(count);
  return { kind: 'noted', count };
}

async function notePage(system: Sql, limit: number): Promise<number> {
  return system.begin(async (tx) => {
    const overdue = await findOverdue(tx, limit);
    await noteOverdue(tx, overdue.map(noticeOf), intentDelayMs);
    const left = limit - overdue.length;
    if (left === 0) return overdue.length;
    const options = { limit: left, delayMs: intentDelayMs, newId: () => newId('event') };
    return overdue.length + (await noteOverdueCarriers(tx, options));
  });
}

function noticeOf(overdue: OverdueSubscription): OverdueNotice {
  const id = newId('event');
  const data: EventData<typeof topic> = {
    due_at: toIso(overdue.nextAt === NEVER ? overdue.wakeAt : overdue.nextAt),
    kind: overdue.nextKind,
  };
  const envelope: Envelope = {
    id,
    type: topic,
    version: 1,
    tenant_id: overdue.tenantId,
    subscription_id: overdue.id,
    sequence: null,
    occurred_at: toIso(overdue.now),
    origin: 'reconciler',
    data,
  };
  return { ...overdue, intentId: newId('event'), event: { id, shard: shardOf(overdue.id), topic, envelope } };
}

/** What an operator reads as the result of a round. */
export function describeReconciled(reconciled: Reconciled): string {
  switch (reconciled.kind) {
    case 'noted':
      return reconciled.count === 0 ? 'Nobody overslept' : `${reconciled.count} overdue, each owed a wake`;
    case 'backlogged':
      return `Skipped: ${reconciled.backlog} tasks are waiting for a billing worker`;
    default:
      return assertNever(reconciled);
  }
}
