import { expect, it } from 'vitest';
import { DAY_MS } from '../../domain/instant.ts';
import { completedSetup, createAccountProvider, goodKey } from '../../tests/support/account-provider.ts';
import { closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { putAccount } from '../provider-accounts/put-account.ts';
import { beginMethodSetup } from './begin-method-setup.ts';
import { settleMethodSetup } from './settle-method-setup.ts';

closePoolsAfterAll();

it('a method set up as the new default is charged at once for what is past due', async () => {
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
  await settleMethodSetup(context, fact);
  await life.settle();

  expect(await life.sub(id)).toMatchObject({ status: 'active' });
  const attempts = await life.rows('payment_attempts', id);
  expect(attempts.at(-1)).toMatchObject({ provider: 'stripe', status: 'succeeded' });
  await expectInvariants(life);
});
