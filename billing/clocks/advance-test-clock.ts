import type { Answer } from '../../contracts/answer.ts';
import { listSubscriptionsBehind, lockTenantClock, readClock, saveTenantClock } from '../../db/queries/test-clocks.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { addIsoDuration } from '../../domain/calendar/local-date.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { type Instant, SECOND_MS, toIso } from '../../domain/instant.ts';
import type { Clock } from '../../domain/subscriptions/what-comes-next.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerAroundCall } from '../idempotency/answer-around-call.ts';
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

/**
 * Moves virtual time ahead: one subscription's clock, or the tenant's with every clock behind it. The target is written and
 * the workflows woken; each does everything due, in order, at its own due instant. Answers 202 if that takes over 10 s.
 */
export async function advanceTestClock(
  context: BillingContext,
  call: Call,
  id: SubscriptionId | null,
  input: AdvanceInput,
): Promise<Answer> {
  return answerAroundCall(context, call, {
    check: async () => undefined,
    ask: () => advance(context, call, id, input),
    settle: async (_tx, answer) => answer,
  });
}

async function advance(
  context: BillingContext,
  call: Call,
  id: SubscriptionId | null,
  input: AdvanceInput,
): Promise<Answer> {
  const target = id === null ? await advanceTenant(context, call, input) : await advanceOne(context, call, id, input);
  const arrived = await pollUntil(waitMs, async () => {
    const clock = await withTenant(context.database, call.tenantId, (tx) => readClock(tx, id));
    return clock?.advancing === false && clock.now >= target;
  });
  return readTestClock(context, call, id, arrived ? 200 : 202);
}

export async function readTestClock(
  context: BillingContext,
  call: Call,
  id: SubscriptionId | null,
  status = 200,
): Promise<Answer> {
  const clock = await withTenant(context.database, call.tenantId, (tx) => readClock(tx, id));
  if (!clock) throw unknownSubscription();
  const { now, advancing, target } = clock;
  return { status, body: { now: toIso(now), advancing, target: target === null ? null : toIso(target) } };
}

async function advanceOne(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  input: AdvanceInput,
): Promise<Instant> {
  const { target, intents } = await withTenant(context.database, call.tenantId, async (tx) => {
    const work = await loadWork(tx, id, call.caller);
    if (!work) throw unknownSubscription();
    refuseAdvance(work.tenantMode, work.clock);
    const target = targetOf(input, { now: work.clock?.frozenAt ?? tx.now, zone: work.sub.timezone });
    if (work.sub.parkedAt !== null)
      throw new DomainError('subscription_needs_attention', 'An operator has to look at this subscription first.');
    // Nobody is awake for a subscription that is over: its clock arrives by itself.
    const isOver = isEnded(work);
    work.clock = isOver
      ? { frozenAt: target, targetAt: null }
      : { frozenAt: work.clock?.frozenAt ?? tx.now, targetAt: target };
    work.clockChanged = true;
    writeAudit(work, 'test_clock.advanced', id, { to: toIso(target) });
    return { target, intents: (await settle(work, 'command')).intents };
  });
  context.sendIntents(intents);
  return target;
}

async function advanceTenant(context: BillingContext, call: Call, input: AdvanceInput): Promise<Instant> {
  const target = await withTenant(context.database, call.tenantId, async (tx) => {
    const tenant = await lockTenantClock(tx);
    refuseAdvance(tenant.mode, tenant.advancing ? { frozenAt: tx.now, targetAt: tx.now } : null);
    const target = targetOf(input, { now: tenant.frozenAt ?? tx.now, zone: 'UTC' });
    await saveTenantClock(tx, target);
    const details = { to: toIso(target) };
    await insertAudits(tx, call.caller, [{ action: 'test_clock.advanced', resourceId: call.tenantId, details }]);
    return target;
  });
  const ids = await withTenant(context.database, call.tenantId, (tx) => listSubscriptionsBehind(tx, target));
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let index = lane; index < ids.length; index += 8)
      await headFor(context, call, ids[index] as SubscriptionId, target);
  });
  await Promise.all(lanes);
  return target;
}

/** One subscription's part of a tenant's advance; a clock that is ahead already stays. */
async function headFor(context: BillingContext, call: Call, id: SubscriptionId, target: Instant): Promise<void> {
  const intents = await withTenant(context.database, call.tenantId, async (tx) => {
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
