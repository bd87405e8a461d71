import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { isInfrastructureError } from '../db/database.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../tests/support/billing-life.ts';
import { createBillingActivities } from './billing-activities.ts';
import { createPaymentActivities } from './payment-activities.ts';

closePoolsAfterAll();

/** A renewal whose charge is due, at a provider that cannot be reached. */
async function dueRenewal(life: BillingLife) {
  const { id } = await life.subscribe();
  const { periodEndAt } = await life.sub(id);
  life.skipTo(periodEndAt ?? 0);
  const parts = { context: life.context, isInfrastructureError };
  const next = await createBillingActivities(parts).takeStep({ tenantId: life.tenantId, subscriptionId: id });
  if (next.kind !== 'call') throw new Error(`nothing to charge: ${JSON.stringify(next)}`);
  life.provider.script({ tenantId: life.tenantId, next: ['unreachable'] });
  const { chargeAttempt } = createPaymentActivities(parts);
  const tryOnce = (attempt: number) =>
    new MockActivityEnvironment(
      { attempt, retryPolicy: { maximumAttempts: 4 } },
      { logger: new DefaultLogger('ERROR', () => undefined) },
    ).run(() => chargeAttempt(next.input));
  return { id, tryOnce };
}

it('leaves the delay after a charge that was not sent to the engine, up to the last try', async () => {
  const life = await openLife();
  const { tryOnce } = await dueRenewal(life);
  const error: unknown = await tryOnce(3).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApplicationFailure);
  expect(error).toMatchObject({ type: 'ProviderNotReached', nonRetryable: false });
});

it('leaves the delay after the last try to the dates of the row', async () => {
  const life = await openLife();
  const { id, tryOnce } = await dueRenewal(life);
  expect(await tryOnce(4)).toMatchObject({ kind: 'sleep' });
  const [attempt] = (await life.rows('payment_attempts', id)).filter(({ status }) => status === 'not_sent');
  expect(attempt?.sendAt ?? 0).toBeGreaterThan(life.now());
});
