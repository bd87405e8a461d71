import type { ChangeTeller } from '../../adapters/live/port.ts';
import type { Sql, Transaction } from '../../db/database.ts';
import {
  type AuditHead,
  type AuditRow,
  listOldestUnsealed,
  listUnsealed,
  listUnsealedTenants,
  measureUnsealed,
  readHeads,
  type Seal,
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
/** Of all tenants, in one transaction. */
const togetherMax = 1_000;
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

/** All tenants in one transaction; where that cannot be stored, each by itself, so that one chain keeps no other from going on. */
async function sealRound(parts: SealingParts, resting: Map<TenantId, number>, signal: AbortSignal): Promise<Found> {
  for (const [tenantId, until] of resting) if (until < performance.now()) resting.delete(tenantId);
  const rest: OnBroken = (tenantId, error) => {
    failures.inc();
    resting.set(tenantId, performance.now() + restMs);
    parts.logger.error({ err: error, tenantId }, 'the audit of a tenant could not be sealed');
  };
  const except = [...resting.keys()];
  try {
    const count = await sealRows(parts, (tx) => listOldestUnsealed(tx, except, togetherMax), rest);
    return count === togetherMax ? 'more' : 'none';
  } catch (error) {
    parts.logger.warn({ err: error }, 'the audit could not be sealed for all tenants at once');
  }
  for (const tenantId of await listUnsealedTenants(parts.system, except)) {
    if (signal.aborted) break;
    const count = await sealTenant(parts, tenantId).catch((error: unknown) => rest(tenantId, error));
    if (count === null) break;
  }
  return 'none';
}

/** The next rows of one chain: how many. Null: another process seals. */
export function sealTenant(parts: SealingParts, tenantId: TenantId): Promise<number | null> {
  return sealRows(
    parts,
    (tx) => listUnsealed(tx, tenantId, rowsAtOnce),
    (_tenantId, error) => {
      throw error;
    },
  );
}

/** Told of a chain that cannot go on; its rows are left as they are. */
type OnBroken = (tenantId: TenantId, error: unknown) => void;

async function sealRows(
  parts: SealingParts,
  list: (tx: Transaction) => PromiseLike<AuditRow[]>,
  onBroken: OnBroken,
): Promise<number | null> {
  const { system, chain, logger } = parts;
  const links = await system.begin(async (tx) => {
    if (!(await takeSealing(tx))) return null;
    const byTenant = Map.groupBy(await list(tx), ({ tenantId }) => tenantId);
    const heads = new Map((await readHeads(tx, [...byTenant.keys()])).map((head) => [head.tenantId, head]));
    const made = [...byTenant].flatMap(([tenantId, rows]) => {
      try {
        return [linkRows(chain, heads.get(tenantId) ?? null, { tenantId, rows })];
      } catch (error) {
        onBroken(tenantId, error);
        return [];
      }
    });
    if (made.length > 0) {
      const seals = made.flatMap((link) => link.seals);
      await storeSeals(
        tx,
        seals,
        made.map(({ head }) => head),
      );
    }
    return made;
  });
  if (links === null) return null;
  const count = links.reduce((sum, { rows }) => sum + rows.length, 0);
  sealedRows.inc(count);
  // Also outside the database: a chain put back to an earlier state of its own is shorter than what was logged.
  const ends = links.map(({ head, rows }) => ({ tenantId: head.tenantId, position: head.position, rows: rows.length }));
  if (count > 0) logger.info({ ends }, 'audit sealed');
  const told = links.map(({ head, rows }) => ({ tenantId: head.tenantId, changes: rows.flatMap(changeOfAudit) }));
  await tellChanges(parts.teller, told);
  return count;
}

interface Link {
  rows: AuditRow[];
  seals: Seal[];
  head: AuditHead;
}

function linkRows(chain: AuditChain, head: AuditHead | null, of: { tenantId: TenantId; rows: AuditRow[] }): Link {
  const { tenantId, rows } = of;
  let { position, hash } = endOf(chain, head);
  const seals = rows.map((row) => {
    position += 1;
    hash = chain.seal(row, position, hash);
    return { tenantId, id: row.id, position, hash };
  });
  return { rows, seals, head: chain.makeHead(tenantId, position, hash) };
}

/** From the head alone: rows that somebody took away are missed by whoever verifies, and no reason to go on from elsewhere. */
function endOf(chain: AuditChain, head: AuditHead | null): { position: number; hash: string } {
  if (head === null) return { position: 0, hash: chainStart };
  const opened = chain.openHead(head);
  if (opened === 'altered') throw new Error('the end of the chain is not as it was made');
  if (opened === 'unknown key') throw new Error('the end of the chain was made with a key that is not configured');
  return { position: head.position, hash: opened.last };
}
