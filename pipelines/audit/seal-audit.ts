import type { ChangeTeller } from '../../adapters/live/port.ts';
import type { Sql } from '../../db/database.ts';
import {
  type AuditHead,
  listUnsealed,
  listUnsealedTenants,
  measureUnsealed,
  readHead,
  storeSeals,
  takeSealing,
} from '../../db/queries/audit-chain.ts';
import type { TenantId } from '../../domain/ids.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter, registerGauge } from '../../runtime/metrics.ts';
import { type Found, type PollLoop, startPollLoop } from '../../runtime/poll-loop.ts';
import { changeOfAudit } from '../live/changes-of-audit.ts';
import { tellChanges } from '../live/tell-changes.ts';
import { type AuditChain, chainStart } from './audit-chain.ts';

const rowsAtOnce = 500;
/** A chain that cannot go on is left alone for so long: the others go on. */
const restMs = MINUTE_MS;

const sealedRows = registerCounter({
  name: 'redcore_audit_sealed_total',
  help: 'Audit rows given their place in a chain',
  labels: [],
});
const failures = registerCounter({
  name: 'redcore_audit_sealing_failures_total',
  help: 'Chains that could not go on, because their end is not as it was made or their next place is taken',
  labels: [],
});

let measured: Sql | undefined;

registerGauge({
  name: 'redcore_audit_unsealed_seconds',
  help: 'Age of the oldest audit row without a place in its chain; NaN while PostgreSQL does not say',
  labels: [],
  async collect(gauge) {
    if (measured === undefined) return;
    gauge.set(await measureUnsealed(measured).catch(() => Number.NaN));
  },
});

export interface SealingParts {
  /** As the system role: the one that may write places and hashes, and nothing else of a row. */
  system: Sql;
  chain: AuditChain;
  /** Absent: nobody is told of changes as they happen. */
  teller?: ChangeTeller;
  logger: Logger;
}

/** Once a second every audit row that is new is bound to the one before it. Any number of processes: one of them seals. */
export function startSealing(parts: SealingParts & { intervalMs?: number }): PollLoop {
  const { intervalMs = SECOND_MS, logger } = parts;
  measured = parts.system;
  const resting = new Map<TenantId, number>();
  return startPollLoop({
    delayMinMs: intervalMs,
    delayMaxMs: intervalMs,
    onError: (error) => logger.error({ err: error }, 'audit rows could not be sealed'),
    tick: (signal) => sealRound(parts, resting, signal),
  });
}

async function sealRound(parts: SealingParts, resting: Map<TenantId, number>, signal: AbortSignal): Promise<Found> {
  for (const [tenantId, until] of resting) if (until < performance.now()) resting.delete(tenantId);
  let found: Found = 'none';
  for (const tenantId of await listUnsealedTenants(parts.system, [...resting.keys()])) {
    if (signal.aborted) break;
    try {
      const count = await sealTenant(parts, tenantId);
      if (count === null) return 'none';
      if (count === rowsAtOnce) found = 'more';
    } catch (error) {
      failures.inc();
      resting.set(tenantId, performance.now() + restMs);
      parts.logger.error({ err: error, tenantId }, 'the audit of a tenant could not be sealed');
    }
  }
  return found;
}

/** The next rows of one chain. Null: another process seals. */
export async function sealTenant(parts: SealingParts, tenantId: TenantId): Promise<number | null> {
  const { system, chain, logger } = parts;
  const sealed = await system.begin(async (tx) => {
    if (!(await takeSealing(tx))) return null;
    const head = await readHead(tx, tenantId);
    let { position, hash } = endOf(chain, head);
    const rows = await listUnsealed(tx, tenantId, rowsAtOnce);
    if (rows.length === 0) return { rows, position };
    const seals = rows.map((row) => {
      position += 1;
      hash = chain.seal(row, position, hash);
      return { id: row.id, position, hash };
    });
    await storeSeals(tx, seals, chain.makeHead(tenantId, position, hash));
    return { rows, position };
  });
  if (sealed === null) return null;
  const count = sealed.rows.length;
  sealedRows.inc(count);
  // Also outside the database: a chain put back to an earlier state of its own is shorter than what was logged.
  if (count > 0) logger.info({ tenantId, position: sealed.position, rows: count }, 'audit sealed');
  await tellChanges(parts.teller, [{ tenantId, changes: sealed.rows.flatMap(changeOfAudit) }]);
  return count;
}

/** From the head alone: rows that somebody took away are missed by whoever verifies, and no reason to go on from elsewhere. */
function endOf(chain: AuditChain, head: AuditHead | null): { position: number; hash: string } {
  if (head === null) return { position: 0, hash: chainStart };
  const opened = chain.openHead(head);
  if (opened === 'altered') throw new Error('the end of the chain is not as it was made');
  if (opened === 'unknown key') throw new Error('the end of the chain was made with a key that is not configured');
  return { position: head.position, hash: opened.last };
}
