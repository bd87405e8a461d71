import { newId } from '../../db/new-id.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import { type DutyFacts, type WhatComesNext, whatComesNext } from '../../domain/subscriptions/what-comes-next.ts';
import type { WorkflowRef } from '../../domain/workflow-ref.ts';
import type { OwedIntent } from '../context.ts';
import { announceOnce, announceRest } from './announce-subscription.ts';
import { describeAudits } from './describe-audits.ts';
import { flushWork, type OwedRow } from './flush.ts';
import { isHeld, type SubscriptionWork } from './subscription-work.ts';

/** How soon the relay takes over a wake nobody else has sent. */
export const intentGraceMs = 5 * SECOND_MS;
/** A wake that only refreshes what the engine's UI shows. */
const refreshWithinMs = MINUTE_MS;
/** Awake by then anyway: after a provider's notification, that is soon enough to show what it changed. */
const refreshedByThenMs = 5 * MINUTE_MS;
/** A run that makes a call promises to be back by then. */
const callPromiseMs = 5 * MINUTE_MS;

/** How often what is due of a suspended tenant asks whether it may go on; who reactivates the tenant wakes it at once. */
const holdMs = HOUR_MS;
const holdSpreadMs = 10 * MINUTE_MS;

export interface Settled {
  next: WhatComesNext;
  intents: OwedIntent[];
}

/**
 * Ends every verb: derives what comes next from the rows, writes everything, and leaves a wake intent where the workflow
 * would otherwise be awake too late. `by` is `step` when the workflow itself asks, and so learns what follows directly.
 */
export async function settle(work: SubscriptionWork, by: 'command' | 'step'): Promise<Settled> {
  const { sub } = work;
  announceOnce(work);
  announceRest(work);
  describeAudits(work);
  const next = nextOf(work);
  sub.nextKind = next.kind;
  sub.nextAt = next.at;
  sub.wakeAt = next.wakeAt;
  sub.hasOpenWork = Object.values(work.open).some((rows) => rows.length > 0);
  sub.version += 1;
  const intents = [...(by === 'step' ? [] : owedIntents(work)), ...startsOfCarriers(work)];
  if (by === 'step') sub.sleepingUntil = isDueCall(next, work) ? work.tx.now + callPromiseMs : sub.wakeAt;
  await flushWork(work, intents);
  // Providers notify in bursts: there a wake that only refreshes is left to the relay, and the course itself comes first.
  const sentNow = work.caller.origin === 'webhook' ? intents.filter(({ dueAt }) => isUrgent(dueAt, work)) : intents;
  return {
    next,
    intents: sentNow.map(({ id, kind, dueAt, ref }) => {
      const onlyRefreshes = kind === 'wake' && !isUrgent(dueAt, work);
      return { ...ref, id, kind, tenantId: sub.tenantId, ...(onlyRefreshes && { onlyRefreshes }) };
    }),
  };
}

const providerDuties: readonly string[] = ['charge', 'look_up', 'close_action'];

/** The duty is due now and is a call to a provider, which no transaction can do. */
export function isDueCall(next: WhatComesNext, work: SubscriptionWork): boolean {
  return next.wakeAt <= work.tx.now && providerDuties.includes(next.kind);
}

export function nextOf(work: SubscriptionWork): WhatComesNext {
  dropDecided(work);
  return whatComesNext(factsOf(work), work.clock, work.tx.now, jitterOf(work));
}

function factsOf(work: SubscriptionWork): DutyFacts {
  const { sub, open } = work;
  return {
    status: sub.status,
    collection: sub.collection,
    parked: sub.parkedAt !== null,
    heldUntil: isHeld(work) ? work.tx.now + holdMs + (hashOf(sub.id) % holdSpreadMs) : null,
    startsAt: sub.startsAt,
    periodEndAt: sub.periodEndAt,
    cancelAt: sub.cancelAt,
    resumesAt: sub.resumesAt,
    incompleteExpiresAt: sub.incompleteExpiresAt,
    hasOpenRun: open.runs.some((run) => run.status === 'open'),
    payments: open.payments,
    attempts: open.attempts,
  };
}

/** Spreads the boundaries that fall on one instant; always the same for one subscription. */
function jitterOf(work: SubscriptionWork): number {
  const windowMs = work.settings.renewalJitterMs ?? (work.tenantMode === 'live' ? MINUTE_MS : 0);
  return windowMs === 0 ? 0 : hashOf(work.sub.id) % windowMs;
}

function hashOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return hash;
}

const undecided = {
  runs: ['open'],
  invoices: ['draft', 'open'],
  payments: ['pending', 'processing', 'failed', 'requires_action', 'retrying'],
  attempts: ['created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review'],
} as const;

function dropDecided(work: SubscriptionWork): void {
  for (const [kind, statuses] of Object.entries(undecided)) {
    const rows = work.open[kind as keyof typeof undecided] as { status: string; dunningEndsAt?: number | null }[];
    const kept = rows.filter(
      (row) => (statuses as readonly string[]).includes(row.status) || (row.dunningEndsAt ?? null) !== null,
    );
    rows.splice(0, rows.length, ...kept);
  }
}

/** Terminal, and no charge at any provider is undecided: the workflow may end. Refunds have workflows of their own. */
export function isEnded({ owner, sub, open }: SubscriptionWork): boolean {
  if (open.attempts.length > 0) return false;
  return owner.kind === 'subscription' ? terminalStatuses.includes(sub.status) : open.payments.length === 0;
}

function isUrgent(dueAt: number, work: SubscriptionWork): boolean {
  return dueAt <= work.tx.now + intentGraceMs;
}

/** Whose workflow this work is for. */
export function refOfWork({ owner, sub }: SubscriptionWork): WorkflowRef {
  const { tenantId, id } = sub;
  return owner.kind === 'subscription'
    ? { tenantId, subscriptionId: id }
    : { tenantId, carrierId: id, carries: 'payment' };
}

function owedIntents(work: SubscriptionWork): OwedRow[] {
  const { sub, open, tx, before } = work;
  if (work.owner.kind === 'invoice') return [];
  const ref = refOfWork(work);
  const ended = isEnded(work);
  const dueAt = tx.now + intentGraceMs;
  if (sub.sleepingUntil === null) {
    if (ended) return [];
    // While the first charge is at the provider its sender holds the lease; the workflow is needed only if that sender dies.
    const heldUntil = open.attempts.find((attempt) => attempt.status === 'sent')?.leaseUntil ?? null;
    sub.sleepingUntil = sub.wakeAt;
    return [{ id: newId('event'), kind: 'start', dueAt: heldUntil ?? dueAt, ref }];
  }
  const justEnded = ended && (before.status !== sub.status || (before.hasOpenWork && !sub.hasOpenWork));
  if (sub.wakeAt < sub.sleepingUntil || justEnded) return [{ id: newId('event'), kind: 'wake', dueAt, ref }];
  const looksDifferent = before.status !== sub.status || before.planId !== sub.planId;
  if (!looksDifferent || isRefreshedSoon(work, sub.sleepingUntil)) return [];
  return [{ id: newId('event'), kind: 'wake', dueAt: tx.now + refreshWithinMs, ref }];
}

function isRefreshedSoon({ caller, tx }: SubscriptionWork, awakeAt: number): boolean {
  return caller.origin === 'webhook' && awakeAt <= tx.now + refreshedByThenMs;
}

/** A refund that was asked for is carried by a workflow of its own, which nobody has promised anything yet. */
function startsOfCarriers({ changed, tx }: SubscriptionWork): OwedRow[] {
  return [...changed.carriers.values()]
    .filter(({ row }) => row.sleepingUntil === null)
    .map(({ row }) => {
      row.sleepingUntil = row.wakeAt;
      const ref = { tenantId: row.tenantId, carrierId: row.id, carries: row.kind };
      return { id: newId('event'), kind: 'start', dueAt: tx.now + intentGraceMs, ref };
    });
}
