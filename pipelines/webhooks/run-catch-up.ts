import type { BillingContext } from '../../billing/context.ts';
import { catchUpWebhooks } from '../../billing/webhooks/catch-up-webhooks.ts';
import type { Sql } from '../../db/database.ts';
import { findBehindEndpoints, whileAlone } from '../../db/queries/webhook-endpoints.ts';
import type { WebhookEndpointId } from '../../domain/ids.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter } from '../../runtime/metrics.ts';
import { type PollLoop, startPollLoop } from '../../runtime/poll-loop.ts';

const missed = registerCounter({
  name: 'redcore_webhooks_missed_total',
  help: 'Notifications that no delivery brought and a catch-up found at the provider',
  labels: ['provider'],
});
const failures = registerCounter({
  name: 'redcore_webhooks_catch_up_failures_total',
  help: 'Endpoints whose provider could not say what was missed',
  labels: ['provider'],
});

export interface CatchUpParts {
  context: BillingContext;
  /** Providers that tell what no delivery brought. */
  providers: readonly string[];
  /** A pool of one direct connection of the system role: the lock lives in its session. */
  leader: Sql;
  logger: Logger;
  intervalMs?: number;
  roundDelayMs?: number;
}

const roundLimit = 50;
const failureDelayMs = 5 * MINUTE_MS;

/**
 * After an outage nobody delivers what a provider has given up on: every endpoint's provider is asked once per interval, by one
 * process at a time. An endpoint that fails waits, and holds nobody up.
 */
export function startCatchUp(parts: CatchUpParts): PollLoop {
  const { intervalMs = MINUTE_MS, roundDelayMs = 15 * SECOND_MS, logger } = parts;
  const waiting = new Map<WebhookEndpointId, number>();
  return startPollLoop({
    delayMinMs: roundDelayMs,
    delayMaxMs: roundDelayMs,
    onError: (error) => logger.error({ err: error }, 'missed notifications could not be looked for'),
    async tick(signal) {
      const count = await whileAlone(parts.leader, () => runRound(parts, { intervalMs, waiting, signal }));
      return count === roundLimit ? 'more' : 'some';
    },
  });
}

async function runRound(
  { context, providers, leader, logger }: CatchUpParts,
  round: { intervalMs: number; waiting: Map<WebhookEndpointId, number>; signal: AbortSignal },
): Promise<number> {
  const { intervalMs, waiting, signal } = round;
  for (const [id, until] of waiting) if (until < performance.now()) waiting.delete(id);
  const wanted = { providers, intervalMs, except: [...waiting.keys()], limit: roundLimit };
  const behind = await findBehindEndpoints(leader, wanted);
  for (const { tenantId, id, provider } of behind) {
    if (signal.aborted) break;
    try {
      const caughtUp = await catchUpWebhooks(context, tenantId, { since: null, endpoint: id });
      for (const { missing } of caughtUp) missed.inc({ provider }, missing);
    } catch (error) {
      failures.inc({ provider });
      logger.warn({ err: error, tenantId, endpoint: id, provider }, 'a provider did not say what was missed');
      waiting.set(id, performance.now() + failureDelayMs);
    }
  }
  return behind.length;
}
