import type { AuditHead, AuditRow } from '../../db/queries/audit-chain.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createChainHash } from '../../runtime/chain-hash.ts';

/**
 * What binds the audit rows of one tenant together: each is hashed with its place and the hash before it, and the end is hashed
 * by itself, so that neither can stand in for the other (decision 0025).
 */
export interface AuditChain {
  seal(row: AuditRow, position: number, previous: string): string;
  /** Null: made with a key that is not configured. */
  isSealed(row: AuditRow, place: { position: number; previous: string }): boolean | null;
  makeHead(tenantId: TenantId, position: number, hash: string): AuditHead;
  /** The hash of the last row; `altered` where the head is not as it was made. */
  openHead(head: AuditHead): { last: string } | 'altered' | 'unknown key';
}

/** Before the first row. */
export const chainStart = '';

export function createAuditChain(keys: readonly { name: string; secret: string }[]): AuditChain {
  const rows = createChainHash(keys, 'audit row');
  const heads = createChainHash(keys, 'audit head');
  return {
    seal: (row, position, previous) => rows.of(spellRow(row, position, previous)),
    isSealed: (row, { position, previous }) => rows.isOf(row.hash ?? '', spellRow(row, position, previous)),
    makeHead: (tenantId, position, hash) => ({
      ...{ tenantId, position },
      hash: `${hash}/${heads.of(spellHead(tenantId, position, hash))}`,
    }),
    openHead({ tenantId, position, hash }) {
      const [last = '', own = ''] = hash.split('/');
      const isOurs = heads.isOf(own, spellHead(tenantId, position, last));
      if (isOurs === null) return 'unknown key';
      return isOurs ? { last } : 'altered';
    },
  };
}

function spellHead(tenantId: TenantId, position: number, hash: string): string {
  return JSON.stringify([tenantId, position, hash]);
}

function spellRow(row: AuditRow, position: number, previous: string): string {
  const { tenantId, id, at, actor, action, resourceId, requestId, details } = row;
  return JSON.stringify([
    ...[tenantId, position, previous, id, at, actor, action, resourceId, requestId],
    sorted(details),
  ]);
}

/** Members in the order of their names: what the database gives back, and what an export holds, hash alike. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
