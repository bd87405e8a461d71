import type { BillingContext } from '../billing/context.ts';
import { eraseTenant } from '../billing/tenants/erase-tenant.ts';
import type { Sql } from '../db/database.ts';
import { findDueErasures } from '../db/queries/erase-tenant.ts';
import { alone, whileAlone } from '../db/queries/webhook-endpoints.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import type { Logger } from '../runtime/logger.ts';
import { registerCounter } from '../runtime/metrics.ts';
import { type PollLoop, startPollLoop } from '../runtime/poll-loop.ts';
import type { AuditChain } from './audit/audit-chain.ts';

const rounds = registerCounter({
  name: 'redcore_tenant_erasures_total',
  help: 'Tenants whose grace is over, by what a round came to: erased, waits for a provider, failed',
  labels: ['outcome'],
});

const roundLimit = 200;

export interface ErasureParts {
  context: BillingContext;
  /** As the system role. */
  system: Sql;
  /** A pool of one direct connection of the system role: the lock lives in its session. */
  leader: Sql;
  /** Whose rows give up what they tell. */
  chain: AuditChain;
  logger: Logger;
}

/** Once a minute, in one process at a time: deletions whose grace is over. One that fails is tried again, and holds nobody up. */
export function startErasures(parts: ErasureParts): PollLoop {
  const { leader, logger } = parts;
  return startPollLoop({
    delayMinMs: MINUTE_MS,
    delayMaxMs: MINUTE_MS,
    onError: (error) => logger.error({ err: error }, 'tenants to be erased could not be looked for'),
    async tick(signal) {
      await whileAlone(leader, () => eraseDue(parts, signal), alone.erasing);
      return 'some';
    },
  });
}

/** One round; resolves to how many were due. */
export async function eraseDue(
  { context, system, chain, logger }: Omit<ErasureParts, 'leader'>,
  signal: AbortSignal,
): Promise<number> {
  const due = await findDueErasures(system, roundLimit);
  for (const one of due) {
    if (signal.aborted) break;
    const { tenantId } = one;
    try {
      const outcome = await eraseTenant({ system: { sql: system }, context, digestOf: chain.digestOf }, one);
      rounds.inc({ outcome });
      logger.info({ tenantId, outcome }, 'a deletion is due');
    } catch (error) {
      rounds.inc({ outcome: 'failed' });
      logger.error({ err: error, tenantId }, 'a tenant could not be erased');
    }
  }
  return due.length;
}
