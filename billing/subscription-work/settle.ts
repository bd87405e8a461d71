import { newId } from '../../db/new-id.ts';
import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import { type DutyFacts, type WhatComesNext, whatComesNext } from '../../domain/subscriptions/what-comes-next.ts';
import type { OwedIntent } from '../context.ts';
import { announceOnce, announceRest } from './announce-subscription.ts';
import { flushWork } from './flush.ts';
import type { SubscriptionWork } from './subscription-work.ts';

/** How soon the relay takes over a wake nobody else has sent. */
const intentGraceMs = 5 * SECOND_MS;
/** A wake that only refreshes what the engine's UI shows. */
const refreshWithinMs = MINUTE_MS;
/** A run that makes a call promises to be back by then. */
const callPromiseMs = 5 * MINUTE_MS;

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
  const next = nextOf(work);
  sub.nextKind = next.kind;
  sub.nextAt = next.at;
  sub.wakeAt = next.wakeAt;
  sub.hasOpenWork = Object.values(work.open).some((rows) => rows.length > 0);
  sub.version += 1;
  const intents = by === 'step' ? [] : owedIntents(work);
  if (by === 'step') sub.sleepingUntil = isDueCall(next, work) ? work.tx.now + callPromiseMs : sub.wakeAt;
  await flushWork(work, intents);
  // Providers notify in bursts: there a wake that only refreshes is left to the relay, and the course itself comes first.
  const sentNow = work.caller.origin === 'webhook' ? intents.filter(({ dueAt }) => isUrgent(dueAt, work)) : intents;
  return {
    next,
    intents: sentNow.map(({ id, kind }) => ({ id, kind, tenantId: sub.tenantId, subscriptionId: sub.id })),
  };
}

const providerDuties: readonly string[] = ['charge', 'look_up', 'close_action', 'send_refund'];

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
    startsAt: sub.startsAt,
    periodEndAt: sub.periodEndAt,
    cancelAt: sub.cancelAt,
    resumesAt: sub.resumesAt,
    incompleteExpiresAt: sub.incompleteExpiresAt,
    hasOpenRun: open.runs.some((run) => run.status === 'open'),
    payments: open.payments,
    attempts: open.attempts,
    refunds: open.refunds,
  };
}

/** Spreads the boundaries that fall on one instant; always the same for one subscription. */
function jitterOf(work: SubscriptionWork): number {
  const windowMs = work.settings.renewalJitterMs ?? (work.tenantMode === 'live' ? MINUTE_MS : 0);
  if (windowMs === 0) return 0;
  let hash = 0;
  for (const character of work.sub.id) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return hash % windowMs;
}

const undecided = {
  runs: ['open'],
  invoices: ['draft', 'open'],
  payments: ['pending', 'processing', 'failed', 'requires_action', 'retrying'],
  attempts: ['created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review'],
  refunds: ['requested', 'sent', 'unknown', 'pending'],
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

/** Terminal, and nothing at any provider is undecided: the workflow may end. */
export function isEnded(sub: SubscriptionRow, open: SubscriptionWork['open']): boolean {
  return terminalStatuses.includes(sub.status) && open.attempts.length === 0 && open.refunds.length === 0;
}

function isUrgent(dueAt: number, work: SubscriptionWork): boolean {
  return dueAt <= work.tx.now + intentGraceMs;
}

function owedIntents(work: SubscriptionWork): { id: string; kind: 'start' | 'wake'; dueAt: number }[] {
  const { sub, open, tx } = work;
  const ended = isEnded(sub, open);
  const dueAt = tx.now + intentGraceMs;
  if (sub.sleepingUntil === null) {
    if (ended) return [];
    // While the first charge is at the provider its sender holds the lease; the workflow is needed only if that sender dies.
    const heldUntil = open.attempts.find((attempt) => attempt.status === 'sent')?.leaseUntil ?? null;
    sub.sleepingUntil = sub.wakeAt;
    return [{ id: newId('event'), kind: 'start', dueAt: heldUntil ?? dueAt }];
  }
  const promisedTooLate = sub.wakeAt < sub.sleepingUntil || (ended && work.before.status !== sub.status);
  if (promisedTooLate) return [{ id: newId('event'), kind: 'wake', dueAt }];
  const looksDifferent = work.before.status !== sub.status || work.before.planId !== sub.planId;
  return looksDifferent ? [{ id: newId('event'), kind: 'wake', dueAt: tx.now + refreshWithinMs }] : [];
}
