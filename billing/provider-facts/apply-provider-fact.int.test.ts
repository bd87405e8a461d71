import { expect, it } from 'vitest';
import type { ProviderFact } from '../../adapters/payments/port.ts';
import { newId } from '../../db/new-id.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { completedSetup, createAccountProvider, goodKey } from '../../tests/support/account-provider.ts';
import { closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { putAccount } from '../provider-accounts/put-account.ts';
import { applyProviderFact } from './apply-provider-fact.ts';

closePoolsAfterAll();

it('brings a dispute to the payment it is about', async () => {
  const life = await openLife();
  const { id } = await life.subscribe();
  const [attempt] = await life.rows('payment_attempts', id);
  const fact: ProviderFact = {
    kind: 'dispute_updated',
    dispute: {
      ...{ providerDisputeId: 'dp_1', attemptId: attempt?.id ?? '', providerChargeId: null, status: 'open' },
      ...{ amountMinor: 1_999, currency: 'USD', reason: 'fraudulent' },
      ...{ openedAt: '2026-02-01T00:00:00.000Z', evidenceDueAt: null },
    },
  };
  const { tenantId, context } = life;
  await applyProviderFact(context, { tenantId, provider: 'sandbox', fact, eventId: 'evt_1' });
  expect(await life.rows('payments', id)).toMatchObject([{ status: 'disputed', disputedMinor: 1_999 }]);
});

it('brings a set-up to the customer it is for, by either id', async () => {
  const life = await openLife();
  const { tenantId, context, owner } = life;
  const stripe = createAccountProvider(life.provider, context.database);
  context.provider = () => stripe.provider;
  await putAccount(context, life.call, 'stripe', { credentials: { secret_key: goodKey } });
  const { customerId } = await life.makeCustomer({ token: null });
  for (const by of ['ours', 'theirs'] as const) {
    const setupId = newId('methodSetup');
    await owner`
      insert into method_setups (tenant_id, id, customer_id, provider, status, provider_setup_id, return_url, expires_at)
      values (${tenantId}, ${setupId}, ${customerId}, 'stripe', 'open', ${`seti_${by}`}, 'https://shop.example',
              ${life.now() + DAY_MS})`;
    stripe.setups.set(setupId, await completedSetup(life.provider, tenantId));
    const named = {
      ours: { setupId, providerSetupId: null },
      theirs: { setupId: null, providerSetupId: 'seti_theirs' },
    };
    const fact: ProviderFact = { kind: 'setup_updated', ...named[by] };
    await applyProviderFact(context, { tenantId, provider: 'stripe', fact, eventId: `evt_${by}` });
  }
  const methods = await owner`select provider from payment_methods where tenant_id = ${tenantId}`;
  expect(methods).toMatchObject([{ provider: 'stripe' }, { provider: 'stripe' }]);
});
