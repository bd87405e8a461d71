import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { Answer } from '../../contracts/answer.ts';
import type { Claim } from '../../db/queries/idempotency-keys.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { answerAroundCall } from './answer-around-call.ts';

closePoolsAfterAll();

let life: BillingLife;
let claim: Claim;
let settled: string[];
beforeEach(async () => {
  life = await openLife();
  claim = { key: randomUUID(), hash: 'the same request' };
  settled = [];
});

interface Asking {
  answer: Promise<Answer>;
  asked: Promise<void>;
  succeed(): void;
  fail(): void;
}

/** A call with the one key, whose provider answers when the test says so. */
function ask(name: string): Asking {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const answer = answerAroundCall(
    life.context,
    { ...life.call, claim },
    {
      check: async () => undefined,
      ask: () => {
        asked.resolve();
        return told.promise;
      },
      settle: async () => {
        settled.push(name);
        return { status: 201, body: { name } };
      },
    },
  );
  // Whoever waits for it below sees the rejection.
  answer.catch(() => undefined);
  return { answer, asked: asked.promise, succeed: told.resolve, fail: () => told.reject(new Error('no answer')) };
}

/** The first stands still until the second has taken its key over; both have asked. */
async function askTwice(): Promise<[Asking, Asking]> {
  const first = ask('first');
  await first.asked;
  life.skip(2 * MINUTE_MS);
  const second = ask('second');
  await second.asked;
  return [first, second];
}

const inUse = { code: 'idempotency_key_in_use' };

it('gives no key back that another call has taken over', async () => {
  const [first, second] = await askTwice();
  first.fail();
  await expect(first.answer).rejects.toThrow('no answer');
  await expect(ask('third').answer).rejects.toMatchObject(inUse);
  second.succeed();
  expect(await second.answer).toEqual({ status: 201, body: { name: 'second' } });
  expect(await ask('fourth').answer).toEqual({ status: 201, body: { name: 'second' }, replayed: true });
  expect(settled).toEqual(['second']);
});

it('settles nothing while another call has its key: it is told to wait', async () => {
  const [first, second] = await askTwice();
  first.succeed();
  await expect(first.answer).rejects.toMatchObject(inUse);
  second.succeed();
  expect(await second.answer).toEqual({ status: 201, body: { name: 'second' } });
  expect(settled).toEqual(['second']);
});

it('is answered with what the call came to that has taken its key over', async () => {
  const [first, second] = await askTwice();
  second.succeed();
  const answer = await second.answer;
  first.succeed();
  expect(await first.answer).toEqual({ ...answer, replayed: true });
  expect(settled).toEqual(['second']);
});

it('may be asked again under a key that a call gave back', async () => {
  const first = ask('first');
  await first.asked;
  first.fail();
  await expect(first.answer).rejects.toThrow('no answer');
  const second = ask('second');
  second.succeed();
  expect(await second.answer).toEqual({ status: 201, body: { name: 'second' } });
});

it('settles nothing where the call that took its key over has given it back', async () => {
  const [first, second] = await askTwice();
  second.fail();
  await expect(second.answer).rejects.toThrow('no answer');
  first.succeed();
  await expect(first.answer).rejects.toMatchObject(inUse);
  expect(settled).toEqual([]);
});
