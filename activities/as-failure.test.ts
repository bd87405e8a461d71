import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { ProviderError } from '../adapters/payments/provider-error.ts';
import { isInfrastructureError } from '../db/database.ts';
import { type ActivityParts, orAgain, orFailure } from './as-failure.ts';

const parts = { isInfrastructureError } as ActivityParts;

async function failureOf(step: () => Promise<unknown>): Promise<ApplicationFailure> {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR', () => undefined) });
  const error: unknown = await environment.run(step).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

const failing = (error: unknown) => () => orFailure(parts, () => Promise.reject(error as Error));

const ofPostgres = (code: string, message: string) => Object.assign(new Error(message), { code });

it.each([
  ['a connection that is gone', ofPostgres('CONNECTION_CLOSED', 'write CONNECTION_CLOSED'), 'Infrastructure'],
  ['a serialization failure', ofPostgres('40001', 'could not serialize access'), 'Infrastructure'],
  ['a request that was not sent', new ProviderError('not_sent', 'unreachable'), 'ProviderNotReached'],
  ['a provider that asks for patience', new ProviderError('rate_limited', '429'), 'ProviderNotReached'],
])('tries again after %s', async (_, error, type) => {
  expect(await failureOf(failing(error))).toMatchObject({ type, nonRetryable: false });
});

it.each([
  ['a broken invariant', new Error('invariant broken: an invoice has lines')],
  ['a request the provider refuses', new ProviderError('rejected', 'bad_request')],
  ['a statement that is wrong', ofPostgres('23505', 'duplicate key')],
])('counts %s against the subscription', async (_, error) => {
  expect(await failureOf(failing(error))).toMatchObject({
    type: 'StepFailure',
    nonRetryable: true,
    message: error.message,
  });
});

it('waits as long as the provider asked', async () => {
  const failure = await failureOf(failing(new ProviderError('rate_limited', '429', { retryAfterMs: 7_000 })));
  expect(failure.nextRetryDelay).toBe(7_000);
});

it('never gives up what is to be noted, whatever the error', async () => {
  const failure = await failureOf(() => orAgain(() => Promise.reject(new Error('invariant broken: no such row'))));
  expect(failure.nonRetryable).toBe(false);
});

it('lets no card number into a history', async () => {
  const failure = await failureOf(failing(new Error('declined for 4242 4242 4242 4242')));
  expect(failure.message).toBe('declined for [card number removed]');
  expect(failure.cause).toBeUndefined();
});
