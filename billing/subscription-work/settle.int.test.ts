import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import type { PlanId, SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { applyProviderEvent } from '../attempts/apply-provider-event.ts';
import { advanceTestClock } from '../clocks/advance-test-clock.ts';
import { setDefaultMethod } from '../customers/set-default-method.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';
import { changeSubscription } from '../subscriptions/change-subscription.ts';
import { pauseSubscription } from '../subscriptions/pause-subscription.ts';
import { readEvents } from '../subscriptions/read-history.ts';
import { resumeSubscription } from '../subscriptions/resume-subscription.ts';
import { uncancelSubscription } from '../subscriptions/uncancel-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
let large: PlanId;
beforeEach(async () => {
  life = await openLife('2026-04-01T00:00:00.000Z');
  large = await life.makePlan({ amountMinor: 6000 });
});
afterEach(() => expectInvariants(life));

type Command = (id: SubscriptionId) => Promise<unknown>;
const change =
  (input: object): Command =>
  (id) =>
    changeSubscription(life.context, life.call, id, { effective: 'now', proration: 'next_invoice', ...input });
const pause: Command = (id) => pauseSubscription(life.context, life.call, id, { resumesAt: null });
const resume: Command = (id) => resumeSubscription(life.context, life.call, id);
const cancel =
  (at: 'now' | 'period_end'): Command =>
  (id) =>
    cancelSubscription(life.context, life.call, id, { reason: null, at });
const uncancel: Command = (id) => uncancelSubscription(life.context, life.call, id);

/** What a command leaves for the engine: kind and urgency of each intent, after the workflow has promised when to be awake. */
async function owedBy(
  id: SubscriptionId,
  command: Command,
  options = { sentAtOnce: true },
): Promise<[string, number][]> {
  await life.drive(id);
  await life.owner`delete from intents where tenant_id = ${life.tenantId}`;
  life.intents.length = 0;
  await command(id);
  const rows = await life.rows('intents', id);
  expect(
    life.intents.map(({ kind }) => kind),
    'sent at once',
  ).toEqual(options.sentAtOnce ? rows.map(({ kind }) => kind) : []);
  return rows.map(({ kind, dueAt }) => [kind, dueAt - life.now()]);
}

const soon: [string, number][] = [['wake', 5 * SECOND_MS]];
const withinAMinute: [string, number][] = [['wake', MINUTE_MS]];

describe('a wake is owed', () => {
  it.each<[string, Command, [string, number][]]>([
    ['soon where the subscription ends', (id) => cancel('now')(id), soon],
    ['soon where the boundary comes sooner', (id) => change({ nextBillingDate: '2026-04-10' })(id), soon],
    ['soon where something has come due', (id) => changeInterval(id), soon],
    ['within a minute where only the status looks different', (id) => pause(id), withinAMinute],
    ['within a minute where only the plan looks different', (id) => change({ planId: large })(id), withinAMinute],
    ['not at all where the boundary comes later', (id) => change({ nextBillingDate: '2026-05-10' })(id), []],
    ['not at all for a cancel at the boundary', (id) => cancel('period_end')(id), []],
    ['not at all for seats', (id) => change({ quantity: 4 })(id), []],
    ['not at all for metadata', (id) => change({ metadata: { a: 'b' } })(id), []],
  ])('%s', async (_when, command, owed) => {
    const { id } = await life.subscribe();
    await life.live(DAY_MS);
    expect(await owedBy(id, command)).toEqual(owed);
  });

  it('soon where the workflow has nothing to wait for and now has', async () => {
    const { id } = await life.subscribe();
    await pause(id);
    expect(await owedBy(id, resume)).toEqual(soon);
  });

  it('soon where a new method is there for what is past due', async () => {
    const { id, customerId } = await life.subscribe({ token: 'tok_decline_after_1' });
    await life.live(30 * DAY_MS);
    const good = await life.addMethod(customerId, 'tok_ok');
    expect(await owedBy(id, () => setDefaultMethod(life.context, life.call, { customerId, id: good }))).toEqual(soon);
  });

  it.each([
    [
      'within a minute, and left to the relay, where a notification made it active again',
      30 * MINUTE_MS,
      withinAMinute,
    ],
    ['not at all where its run is due within minutes anyway', 0, []],
  ])('%s', async (_, waitedMs, owed) => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['requires_action'] });
    await life.live(30 * DAY_MS);
    await life.live(waitedMs);
    const attempt = (await life.rows('payment_attempts', id)).at(-1);
    life.provider.decideAction(attempt?.actionUrl ?? '', 'succeeded');
    const notify = () => {
      const event = {
        tenantId: life.tenantId,
        attemptId: attempt?.id as never,
        consumer: 'test',
        eventId: newId('event'),
      };
      return applyProviderEvent(life.context, event);
    };
    expect(await owedBy(id, notify, { sentAtOnce: false })).toEqual(owed);
  });

  it('as a start for a new subscription, once its first charge is decided', async () => {
    const { id } = await life.subscribe();
    expect(await life.rows('intents', id)).toMatchObject([{ kind: 'start', dueAt: life.now() + 5 * SECOND_MS }]);
  });

  it('never by a step: the workflow learns from its own answer', async () => {
    const { id } = await life.subscribe();
    await life.owner`delete from intents where tenant_id = ${life.tenantId}`;
    await life.live(100 * DAY_MS);
    expect(await life.rows('intents', id)).toEqual([]);
  });

  async function changeInterval(id: SubscriptionId): Promise<void> {
    const yearly = await life.makePlan({ interval: 'year', amountMinor: 30_000 });
    await change({ planId: yearly })(id);
  }
});

describe('every command', () => {
  it('leaves its audit row: who, what, on which subscription', async () => {
    const { id } = await life.subscribe();
    const commands: [string, Command][] = [
      ['subscription.changed', change({ quantity: 2 })],
      ['subscription.paused', pause],
      ['subscription.resumed', resume],
      ['subscription.canceled', cancel('period_end')],
      ['subscription.uncanceled', uncancel],
      ['subscription.canceled', cancel('now')],
    ];
    for (const [, command] of commands) await command(id);
    const audits = await life.owner<{ action: string; actor: string; resourceId: string }[]>`
      select action, actor, resource_id from audit_log where tenant_id = ${life.tenantId} order by id`;
    expect(audits.map(({ action }) => action)).toEqual(['subscription.created', ...commands.map(([action]) => action)]);
    expect(audits.every(({ actor, resourceId }) => actor === 'fixture' && resourceId === id)).toBe(true);
  });

  it('that advances a clock does, too', async () => {
    const { id } = await life.subscribe();
    await life.advance(id, { by: 'P1D' });
    await advanceTestClock(life.context, life.call, null, { to: life.now(), by: null });
    const [row] = await life.owner`
      select count(*)::int as count from audit_log where tenant_id = ${life.tenantId} and action = 'test_clock.advanced'`;
    expect(row?.['count']).toBe(2);
  });

  it('that is refused leaves nothing behind', async () => {
    const { id } = await life.subscribe();
    const before = [await life.sub(id), await life.topics(id), await life.actions(id)];
    await expect(resume(id)).rejects.toMatchObject({ code: 'invalid_state' });
    await expect(change({ planId: newId('plan') })(id)).rejects.toMatchObject({ code: 'not_found' });
    expect([await life.sub(id), await life.topics(id), await life.actions(id)]).toEqual(before);
  });
});

describe('the events of a subscription', () => {
  it('are numbered without a gap from 1, however many write at once', async () => {
    const { id } = await life.subscribe();
    await Promise.all(Array.from({ length: 20 }, (_n, index) => change({ metadata: { [`key_${index}`]: 'x' } })(id)));
    const { body } = await readEvents(life.context, life.call, id, { after: 0, limit: 100 });
    const events = (body as { data: { sequence: number; type: string }[] }).data;
    expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 24 }, (_n, index) => index + 1));
    expect(events[0]?.type).toBe('subscriptions.created');
    expect(Object.keys((await life.sub(id)).metadata)).toHaveLength(20);
  });

  it('are read page by page from any number on', async () => {
    const { id } = await life.subscribe();
    const { body } = await readEvents(life.context, life.call, id, { after: 2, limit: 1 });
    expect(body).toMatchObject({ data: [{ sequence: 3 }], has_more: true });
  });

  it('say who caused them: the API, the workflow, or a provider', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['requires_action'] });
    await life.live(30 * DAY_MS);
    const attempt = (await life.rows('payment_attempts', id)).at(-1);
    life.provider.decideAction(attempt?.actionUrl ?? '', 'succeeded');
    const event = {
      tenantId: life.tenantId,
      attemptId: attempt?.id as never,
      consumer: 'test',
      eventId: newId('event'),
    };
    await applyProviderEvent(life.context, event);
    const origins = (await life.rows('outbox', id)).map(({ topic, envelope }) => [topic, envelope.origin]);
    expect(origins.find(([topic]) => topic === 'subscriptions.created')).toEqual(['subscriptions.created', 'api']);
    expect(origins.find(([topic]) => topic === 'subscriptions.updated')).toEqual(['subscriptions.updated', 'workflow']);
    expect(origins.find(([topic]) => topic === 'subscriptions.renewed')).toEqual(['subscriptions.renewed', 'webhook']);
  });

  it('tell a waiting change that came into force before its renewal was decided', async () => {
    const { id } = await life.subscribe();
    await change({ planId: large, effective: 'period_end' })(id);
    life.provider.script({ next: ['timeout_after'] });
    await life.liveTo('2026-05-01T00:00:00.000Z');
    expect(await life.sub(id)).toMatchObject({ planId: large, status: 'active', nextKind: 'look_up' });
    await expectInvariants(life);
  });
});
