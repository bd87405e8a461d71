import { expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../db/database.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openBillingFixture } from '../../tests/support/billing-fixture.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { addEndpoint } from '../../tests/support/webhook-door.ts';
import { startCatchUp } from './run-catch-up.ts';

it('asks every provider once per interval by PostgreSQL’s clock, however late the process believes it to be', async () => {
  const { databaseUrl, appDatabaseUrl, systemDatabaseUrl } = stackEnv();
  const fixture = await openBillingFixture({ ownerUrl: databaseUrl, appUrl: appDatabaseUrl });
  const { context, owner, provider, tenantId } = fixture;
  const leader = openDatabase(systemDatabaseUrl, { max: 1, name: 'test-leader' });
  const { id } = await addEndpoint(owner, tenantId, { provider: 'sandbox' });
  const lastAt = async () =>
    (await owner<{ caughtUpAt: number }[]>`select caught_up_at from webhook_endpoints where id = ${id}`)[0]?.caughtUpAt;
  await owner`update webhook_endpoints set caught_up_at = now() - interval '10 minutes' where id = ${id}`;
  const before = await lastAt();
  Object.assign(provider, {
    capabilities: { ...provider.capabilities, listEvents: true },
    listEvents: async () => ({ events: [], nextCursor: null }),
  });

  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() - HOUR_MS);
  const logger = createLogger('test', { level: 'silent' });
  const catchUp = startCatchUp({ context, providers: ['sandbox'], leader, logger, roundDelayMs: 20 });
  onTestFinished(async () => {
    await catchUp.stop();
    vi.restoreAllMocks();
    await leader.end();
    await fixture.close();
  });
  await expect.poll(lastAt, { timeout: 15_000 }).toBeGreaterThan(Number(before));
});
