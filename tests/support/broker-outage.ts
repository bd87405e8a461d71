import { expect, vi } from 'vitest';
import type { EventBus } from '../../adapters/events/port.ts';
import { createWebhookApp } from '../../api/app.ts';
import { startServer } from '../../api/start-server.ts';
import { openDatabase } from '../../db/database.ts';
import { findViolations } from '../../db/queries/invariants.ts';
import { runForwarder } from '../../pipelines/forwarder/run-forwarder.ts';
import { startMessageRelay } from '../../pipelines/relay/relay-messages.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openBillingFixture } from './billing-fixture.ts';
import { type Charged, chargeOnce } from './notified-fixture.ts';
import type { OwnDatabase } from './own-database.ts';
import { p99Of, postSteadily } from './steady-notifications.ts';
import { chargeUpdated, openTestDoor, signed } from './webhook-door.ts';

const logger = createLogger('test', { level: 'silent' });
const acceptP99MaxMs = 500;

export interface Outage {
  bus: EventBus;
  /** Resolves once the broker is away. */
  begin(): Promise<void> | void;
  /** Resolves once it may be back. */
  end(): Promise<void> | void;
  perSecond: number;
  /** Notifications before and after the broker is away. */
  phaseMs: number;
  /** And while it is. */
  awayMs: number;
  settledWithinMs: number;
}

/** F7: the door over HTTP, relay and forwarder; what is answered 2xx while the broker is away is kept, and done afterwards. */
export async function expectNothingLostOver(database: OwnDatabase, outage: Outage): Promise<void> {
  const fixture = await openBillingFixture(database);
  const { app, owner, provider, tenantId, context } = fixture;
  const charges: Charged[] = [];
  for (let count = 0; count < 10; count += 1) charges.push(await chargeOnce(fixture, 'tok_ok'));
  const receiveWebhook = openTestDoor({ app, providers: [provider] });
  const server = await startServer(createWebhookApp({ receiveWebhook, logger }), { host: '127.0.0.1', port: 0 });
  const leader = openDatabase(database.systemUrl, { max: 1, name: 'test-leader' });
  const relay = startMessageRelay({ leader, bus: outage.bus, logger });
  const forwarder = runForwarder({ bus: outage.bus, context, logger, concurrency: 32 });

  const post = async (phase: string, ms: number) =>
    postSteadily(server.url, {
      ...{ perSecond: outage.perSecond, signal: AbortSignal.timeout(ms) },
      make(index) {
        const { attemptId, chargeId } = charges[index % charges.length] as Charged;
        const body = chargeUpdated({ account: tenantId, reference: attemptId, chargeId });
        // Every fifth comes a second time.
        return signed({ id: `evt_${tenantId}_${phase}_${index - (index % 5 === 4 ? 1 : 0)}`, body });
      },
    });
  const before = await post('before', outage.phaseMs);
  await outage.begin();
  const meanwhile = await post('meanwhile', outage.awayMs);
  await outage.end();
  const after = await post('after', outage.phaseMs);

  expect([before, meanwhile, after].flatMap(({ refused }) => refused)).toEqual([]);
  expect(meanwhile.latenciesMs.length).toBeGreaterThan(0);
  expect(p99Of(meanwhile.latenciesMs)).toBeLessThan(acceptP99MaxMs);
  const accepted = new Set([before, meanwhile, after].flatMap(({ eventIds }) => eventIds));
  await vi.waitFor(
    async () => {
      const rows = await owner<{ providerEventId: string; status: string }[]>`
        select provider_event_id, status from inbox where tenant_id = ${tenantId}`;
      expect(rows.filter(({ status }) => status !== 'processed')).toEqual([]);
      expect(new Set(rows.map((row) => row.providerEventId))).toEqual(accepted);
      expect(rows).toHaveLength(accepted.size);
    },
    { timeout: outage.settledWithinMs, interval: 200 },
  );
  await forwarder.stop();
  await relay.stop();
  await server.stopAccepting();
  await leader.end();
  const violations = await findViolations(owner, { tenantId, toleratedMs: 0 });
  expect(violations.filter(({ invariant }) => invariant === 'I9' || invariant === 'I10')).toEqual([]);
  await fixture.close();
}
