import type { Sql } from '../../db/database.ts';
import {
  type AuditHead,
  type AuditRow,
  findLateUnsealed,
  listAudited,
  readChain,
  readHead,
} from '../../db/queries/audit-chain.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type AuditChain, chainStart } from './audit-chain.ts';

export interface AuditBreak {
  tenantId: TenantId;
  /** In words, of the row named or of the place where one should be. */
  what: string;
  position: number | null;
  /** Null where there is no row. */
  id: string | null;
  at: Instant | null;
}

export interface VerifiedAudit {
  tenants: number;
  rows: number;
  /** The first of each chain, and the rows that wait too long for their place. */
  breaks: AuditBreak[];
}

const pageSize = 1_000;

/** I13: every chain from its first row to its end, each in one snapshot. As the owner. */
export async function verifyAudit(
  owner: Sql,
  chain: AuditChain,
  options: { tenantId: TenantId | null; toleratedMs: number },
): Promise<VerifiedAudit> {
  const verified: VerifiedAudit = { tenants: 0, rows: 0, breaks: [] };
  for (const tenantId of await listAudited(owner, options.tenantId)) {
    await owner.begin('isolation level repeatable read read only', async (tx) => {
      const walk = new ChainWalk(chain, tenantId);
      const head = await readHead(tx, tenantId);
      for await (const rows of readChain(tx, tenantId, pageSize)) if (!walk.take(rows)) break;
      const broken = walk.endAt(head);
      if (broken) verified.breaks.push(broken);
      const late = await findLateUnsealed(tx, tenantId, options.toleratedMs);
      if (late) {
        const what = `waits too long for its place in the chain, with ${late.count - 1} more`;
        verified.breaks.push({ tenantId, what, position: null, id: late.id, at: late.at });
      }
      verified.tenants += 1;
      verified.rows += walk.rows;
    });
  }
  return verified;
}

/** Row by row with the hash before it; it stops at the first that is not what was sealed. */
class ChainWalk {
  rows = 0;
  private previous = chainStart;
  private broken: AuditBreak | null = null;
  /** What did not verify, until the row after it has told whether it was put in. */
  private suspect: AuditRow | null = null;
  private readonly chain: AuditChain;
  private readonly tenantId: TenantId;

  constructor(chain: AuditChain, tenantId: TenantId) {
    this.chain = chain;
    this.tenantId = tenantId;
  }

  /** False once the chain is known to be broken. */
  take(rows: readonly AuditRow[]): boolean {
    for (const row of rows) {
      if (this.broken) return false;
      if (this.suspect) this.judge(this.suspect, row);
      else this.check(row);
    }
    return this.broken === null;
  }

  /** The first break, once every row has been seen. */
  endAt(head: AuditHead | null): AuditBreak | null {
    if (this.suspect && !this.broken) this.judge(this.suspect, null);
    return this.broken ?? this.checkEnd(head);
  }

  private check(row: AuditRow): void {
    const position = this.rows + 1;
    if (row.position !== position) {
      const isBefore = (row.position ?? 0) < position;
      this.broken = isBefore
        ? this.breakAt(row.position ?? 0, row, 'was put in: chains begin at 1')
        : this.breakAt(position, null, 'is missing: the row was taken away');
      return;
    }
    const isSealed = this.chain.isSealed(row, { position, previous: this.previous });
    if (isSealed === null) {
      this.broken = this.breakAt(position, row, 'was sealed with a key that is not configured');
    } else if (isSealed) {
      this.rows = position;
      this.previous = row.hash ?? '';
    } else {
      this.suspect = row;
    }
  }

  /** Where the next row stands in the suspect's place without a flaw, the suspect was put in before it. */
  private judge(suspect: AuditRow, next: AuditRow | null): void {
    const place = { position: this.rows + 1, previous: this.previous };
    const wasPutIn = next !== null && this.chain.isSealed(next, place) === true;
    const what = wasPutIn ? 'was put in: it was never sealed here' : 'is not what was sealed here: altered or moved';
    this.broken = this.breakAt(place.position, suspect, what);
  }

  private checkEnd(head: AuditHead | null): AuditBreak | null {
    const position = this.rows + 1;
    if (head === null) return this.rows === 0 ? null : this.breakAt(this.rows, null, 'has no end: it was taken away');
    const opened = this.chain.openHead(head);
    if (opened === 'altered') return this.breakAt(head.position, null, 'is no end that was sealed: altered');
    if (opened === 'unknown key')
      return this.breakAt(head.position, null, 'is an end sealed with a key that is not configured');
    if (head.position > this.rows)
      return this.breakAt(position, null, `is missing: the rows up to ${head.position} were cut off`);
    if (head.position < this.rows || opened.last !== this.previous)
      return this.breakAt(head.position + 1, null, 'goes on beyond its end: rows were put in, or the end was put back');
    return null;
  }

  private breakAt(position: number, row: AuditRow | null, what: string): AuditBreak {
    return { tenantId: this.tenantId, what, position, id: row?.id ?? null, at: row?.at ?? null };
  }
}
