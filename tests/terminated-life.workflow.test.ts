import { expect, it } from 'vitest';
import type { SubscriptionId } from '../domain/ids.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import { openLives } from './support/open-lives.ts';
import type { WorkflowLife } from './support/workflow-life.ts';

// A server skips no time any more once a run was terminated with a step under way: from there on it passes for the rows alone.
const lives = openLives({ serverEach: 'test' });

/** Paid for on 31 January 2027, asleep until its first renewal in a second. */
async function beforeRenewal() {
  const life = await lives.begin('2027-01-31T10:00:00.000Z');
  const { id } = await life.subscribe();
  const { periodEndAt } = await life.sub(id);
  await life.liveTo((periodEndAt ?? 0) - 1_000);
  return { life, id, boundary: periodEndAt };
}

/** Resolves when the run has been terminated after this step's commit, before the engine heard what the step said. */
function terminatedAfter(life: WorkflowLife, id: SubscriptionId, name: 'takeStep' | 'chargeAttempt'): Promise<void> {
  const step = life.activities[name] as (input: never) => Promise<unknown>;
  return new Promise((resolve, reject) => {
    const replaced = async (input: never) => {
      life.activities[name] = step as never;
      const next = await step(input);
      await lives.harness().terminateOpen(life.ref(id)).then(resolve, reject);
      return next;
    };
    life.activities[name] = replaced as never;
  });
}

/** The next charge's sender stops where the test says; what it still does when it is let go on comes late. */
function stopSender(life: WorkflowLife, where: 'before the request' | 'before the answer') {
  const { charge } = life.provider;
  const stopped = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  life.provider.charge = async (request) => {
    life.provider.charge = charge;
    const send = () => charge.call(life.provider, request);
    const outcome = where === 'before the answer' ? await send() : null;
    stopped.resolve();
    await goOn.promise;
    late.resolve();
    return outcome ?? send();
  };
  return {
    stopped: stopped.promise,
    goOn: (): Promise<void> => {
      goOn.resolve();
      return late.promise;
    },
  };
}

async function wakeAfter(life: WorkflowLife, id: SubscriptionId, ms: number): Promise<void> {
  life.passUnseen(ms);
  await life.engine.wake(life.ref(id));
  await life.settle();
}

/** The second period was paid once, and so is the third, at its own boundary. */
async function expectToGoOn(life: WorkflowLife, id: SubscriptionId, boundary: number | null): Promise<void> {
  const sub = await life.sub(id);
  expect(sub).toMatchObject({ status: 'active', periodStartAt: boundary, sleepingUntil: sub.wakeAt });
  expect(await lives.harness().isOpen(life.ref(id))).toBe(true);
  expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2]);
  await wakeAfter(life, id, sub.wakeAt - (await life.now()));
  expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2, 3]);
  expect((await life.rows('billing_runs', id)).map(({ status }) => status)).toEqual(['settled', 'settled', 'settled']);
}

it('terminated after the commit that opened a renewal, before its charge: the next wake charges it, once', async () => {
  const { life, id, boundary } = await beforeRenewal();
  await terminatedAfter(life, id, 'takeStep');
  expect((await life.rows('payment_attempts', id)).map(({ status }) => status)).toEqual(['succeeded', 'created']);
  expect(await lives.harness().isOpen(life.ref(id))).toBe(false);
  await wakeAfter(life, id, 10 * MINUTE_MS);
  await expectToGoOn(life, id, boundary);
});

it('terminated after the commit of a charge, before it sleeps again: the next wake finds it paid and sleeps', async () => {
  const { life, id, boundary } = await beforeRenewal();
  await terminatedAfter(life, id, 'chargeAttempt');
  expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2]);
  await wakeAfter(life, id, 10 * MINUTE_MS);
  await expectToGoOn(life, id, boundary);
});

it.each([
  // Found by look-up under the one send.
  ['before the answer', 1],
  // Not found, so sent again under the same key; the provider answers the late request from that key.
  ['before the request', 2],
] as const)(
  'terminated with a charge whose sender stopped %s: one charge, and it goes on',
  async (where, sendCount) => {
    const { life, id, boundary } = await beforeRenewal();
    const renewal = async () => (await life.rows('payment_attempts', id)).at(-1);
    const sender = stopSender(life, where);
    await sender.stopped;
    try {
      await lives.harness().terminateOpen(life.ref(id));
      await life.engine.wake(life.ref(id));
      expect(await renewal()).toMatchObject({ status: 'sent', sendCount: 1 });
      await wakeAfter(life, id, 2 * MINUTE_MS);
      expect(await renewal()).toMatchObject({ status: 'unknown' });
      await wakeAfter(life, id, 2 * MINUTE_MS);
      await expect.poll(renewal, { timeout: 10_000 }).toMatchObject({ status: 'succeeded', sendCount });
    } finally {
      await sender.goOn();
    }
    await expectToGoOn(life, id, boundary);
  },
);
