import { expect, it } from 'vitest';
import { DAY_MS } from '../../domain/instant.ts';
import { completedSetup, createAccountProvider, goodKey } from '../../tests/support/account-provider.ts';
import { closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { dyingProcess } from '../../tests/support/dying-process.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { relayAll } from '../../tests/support/stand-in-relay.ts';
import { putAccount } from '../provider-accounts/put-account.ts';
import { beginMethodSetup } from './begin-method-setup.ts';
import { settleMethodSetup } from './settle-method-setup.ts';

closePoolsAfterAll();

/** A subscription past due, and a notification of the method that its customer has set up as the new default. */
async function setUpWhilePastDue() {
  const life = await openLife();
  const { context, call, tenantId } = life;
  const stripe = createAccountProvider(life.provider, context.database);
  context.provider = (name) => (name === 'stripe' ? stripe.provider : life.provider);
  await putAccount(context, call, 'stripe', { credentials: { secret_key: goodKey } });
  const { id, customerId } = await life.subscribe({ token: 'tok_decline_after_1' });
  await life.live(28 * DAY_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'past_due' });

  const input = { provider: 'stripe', returnUrl: 'https://shop.example/back', makeDefault: true } as const;
  const { body } = await beginMethodSetup(context, call, customerId, input);
  const { setup_id: setupId } = body as { setup_id: Parameters<typeof settleMethodSetup>[1]['setupId'] & string };
  stripe.setups.set(setupId, await completedSetup(life.provider, tenantId));
  const fact = { tenantId, provider: 'stripe', setupId, providerSetupId: null, consumer: 'test', eventId: 'evt_1' };
  return { life, id, fact };
}

async function expectPaid({ life, id }: Awaited<ReturnType<typeof setUpWhilePastDue>>): Promise<void> {
  await life.settle();
  expect(await life.sub(id)).toMatchObject({ status: 'active' });
  const attempts = await life.rows('payment_attempts', id);
  expect(attempts.map(({ provider, status }) => `${provider} ${status}`)).toEqual([
    ...['sandbox succeeded', 'sandbox declined', 'stripe succeeded'],
  ]);
  await expectInvariants(life);
}

it('a method set up as the new default is charged at once for what is past due', async () => {
  const given = await setUpWhilePastDue();
  await settleMethodSetup(given.life.context, given.fact);
  await expectPaid(given);
});

it('a process that dies once it has stored the method leaves its charges to the forwarder', async () => {
  const given = await setUpWhilePastDue();
  const { life, fact } = given;
  await Promise.allSettled([settleMethodSetup(dyingProcess(life.context, 2), fact)]);
  expect(await settleMethodSetup(life.context, fact)).toBe('processed');
  await life.settle();
  expect(await life.sub(given.id)).toMatchObject({ status: 'past_due' });
  await relayAll(life.owner, life.context, life.tenantId);
  await expectPaid(given);
});
