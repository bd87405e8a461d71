import type { Answer } from '../../contracts/answer.ts';
import { replaceUndecidedAnswer } from '../../db/queries/idempotency-keys.ts';
import {
  type ClockReading,
  holdTenantClock,
  listSubscriptionsBehind,
  lockTenantClock,
  readClock,
  saveTenantClock,
} from '../../db/queries/test-clocks.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { addIsoDuration } from '../../domain/calendar/local-date.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { type Instant, SECOND_MS, toIso } from '../../domain/instant.ts';
import type { Clock } from '../../domain/subscriptions/what-comes-next.ts';
import type { Call } from '../call.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { isEnded, settle } from '../subscription-work/settle.ts';
import { loadWork, writeAudit } from '../subscription-work/subscription-work.ts';
import { unknownSubscription } from '../subscriptions/change-one.ts';
import { pollUntil } from './poll-until.ts';

export interface AdvanceInput {
  to: Instant | null;
  /** ISO 8601 duration. */
  by: string | null;
}

const waitMs = 10 * SECOND_MS;

/** What the first transaction of an advance sets. */
interface Aim {
  from: Instant;
  target: Instant;
  intents: OwedIntent[];
}

/**
 * Moves virtual time ahead: one subscription's clock, or the tenant's with every clock behind it. The target is written and
 * the workflows woken; each does everything due, in order, at its own due instant. Answers 202 if that takes over 10 s.
 * The target commits together with the key, under which it stands as a 202: whoever repeats the key goes on to that target, and
 * wakes what a call that died in between had left behind.
 */
export async function advanceTestClock(
  context: BillingContext,
  call: Call,
  id: SubscriptionId | null,
  input: AdvanceInput,
): Promise<Answer> {
  let intents: OwedIntent[] = [];
  const begun = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const aim = id === null ? await aimTenant(tx, call, input) : await aimOne(tx, call, id, input);
    intents = aim.intents;
    return render({ now: aim.from, advancing: true, target: aim.target }, 202);
  });
  if (begun.status !== 202) return begun;
  context.sendIntents(intents);
  const target = Date.parse((begun.body as { target: string }).target);
  if (id === null) await headAll(context, call, target);
  const answer = await awaitArrival(context, call, id, target);
  const { claim } = call;
  if (claim && answer.status === 200)
    await withTenant(context.database, call.tenantId, (tx) => replaceUndecidedAnswer(tx, claim.key, answer));
  return begun.replayed ? { ...answer, replayed: true } : answer;
}

/** 200 once the clock is at rest at the target or past it, 202 while it is not. */
async function awaitArrival(
  context: BillingContext,
  call: Call,
  id: SubscriptionId | null,
  target: Instant,
): Promise<Answer> {
  let clock = await readStored(context, call, id);
  const hasArrived = () => !clock.advancing && clock.now >= target;
  await pollUntil(waitMs, async () => {
    if (hasArrived()) return true;
    clock = await readStored(context, call, id);
    return hasArrived();
  });
  return render(clock, hasArrived() ? 200 : 202);
}

export async function readTestClock(context: BillingContext, call: Call, id: SubscriptionId | null): Promise<Answer> {
  return render(await readStored(context, call, id), 200);
}

async function readStored(context: BillingContext, call: Call, id: SubscriptionId | null): Promise<ClockReading> {
  const clock = await withTenant(context.database, call.tenantId, (tx) => readClock(tx, id));
  if (!clock) throw unknownSubscription();
  return clock;
}

function render({ now, advancing, target }: ClockReading, status: 200 | 202): Answer {
  return { status, body: { now: toIso(now), advancing, target: target === null ? null : toIso(target) } };
}

async function aimOne(tx: TenantTransaction, call: Call, id: SubscriptionId, input: AdvanceInput): Promise<Aim> {
  const work = await loadWork(tx, id, call.caller);
  if (!work) throw unknownSubscription();
  refuseAdvance(work.tenantMode, work.clock);
  const from = work.clock?.frozenAt ?? tx.now;
  const target = targetOf(input, { now: from, zone: work.sub.timezone });
  if (work.sub.parkedAt !== null)
    throw new DomainError('subscription_needs_attention', 'An operator has to look at this subscription first.');
  // Nobody is awake for a subscription that is over: its clock arrives by itself.
  work.clock = isEnded(work) ? { frozenAt: target, targetAt: null } : { frozenAt: from, targetAt: target };
  work.clockChanged = true;
  writeAudit(work, 'test_clock.advanced', id, { to: toIso(target) });
  return { from, target, intents: (await settle(work, 'command')).intents };
}

async function aimTenant(tx: TenantTransaction, call: Call, input: AdvanceInput): Promise<Aim> {
  const tenant = await lockTenantClock(tx);
  refuseAdvance(tenant.mode, tenant.advancing ? { frozenAt: tx.now, targetAt: tx.now } : null);
  const from = tenant.frozenAt ?? tx.now;
  const target = targetOf(input, { now: from, zone: 'UTC' });
  await saveTenantClock(tx, target);
  const details = { to: toIso(target) };
  await insertAudits(tx, call.caller, [{ action: 'test_clock.advanced', resourceId: call.tenantId, details }]);
  return { from, target, intents: [] };
}

/** Every clock behind the target heads for where the tenant's stands; who comes again finds only those that are left. */
async function headAll(context: BillingContext, call: Call, target: Instant): Promise<void> {
  const ids = await withTenant(context.database, call.tenantId, (tx) => listSubscriptionsBehind(tx, target));
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let index = lane; index < ids.length; index += 8) await headOne(context, call, ids[index] as SubscriptionId);
  });
  await Promise.all(lanes);
}

/**
 * One subscription's part of a tenant's advance; a clock that is ahead already stays. Not to the target of this call: a later
 * advance of the tenant would find such a clock on its way, and leave it behind.
 */
async function headOne(context: BillingContext, call: Call, id: SubscriptionId): Promise<void> {
  const intents = await withTenant(context.database, call.tenantId, async (tx) => {
    const target = await holdTenantClock(tx);
    const work = await loadWork(tx, id, call.caller);
    const now = work?.clock?.frozenAt ?? tx.now;
    if (!work || now >= target || work.clock?.targetAt) return [];
    work.clock = { frozenAt: now, targetAt: target };
    work.clockChanged = true;
    return (await settle(work, 'command')).intents;
  });
  context.sendIntents(intents);
}

function refuseAdvance(mode: 'sandbox' | 'live', clock: Clock | null): void {
  if (mode === 'live') throw new DomainError('live_tenant', 'Time moves by itself in a live tenant.');
  if (clock && clock.targetAt !== null) throw new DomainError('clock_advancing', 'Another advance is running.');
}

function targetOf(input: AdvanceInput, from: { now: Instant; zone: string }): Instant {
  const target = input.to ?? addIsoDuration(from.now, input.by ?? '', from.zone);
  if (target === null) throw new DomainError('invalid_request', 'by is no ISO 8601 duration.', { field: 'by' });
  if (target < from.now) throw new DomainError('invalid_request', 'A test clock does not go back.', { field: 'to' });
  return target;
}
