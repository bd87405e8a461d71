import { type AuditHead, type AuditRow, digestedForm } from '../../db/queries/audit-chain.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type ChainHash, createChainHash, keyNameOf } from '../../runtime/chain-hash.ts';

/**
 * What binds the audit rows of one tenant together: each is hashed with its place and the hash before it, and the end is hashed
 * by itself, so that neither can stand in for the other (decision 0025). What a row tells enters as a digest, so that it can be
 * erased with its tenant and the chain still verifies (decision 0033).
 */
export interface AuditChain {
  seal(row: AuditRow, position: number, previous: string): string;
  /** Null: made with a key that is not configured. */
  isSealed(row: AuditRow, place: { position: number; previous: string }): boolean | null;
  makeHead(tenantId: TenantId, position: number, hash: string): AuditHead;
  /** The hash of the last row; `altered` where the head is not as it was made. */
  openHead(head: AuditHead): { last: string } | 'altered' | 'unknown key';
  /** What stands for the details and address of a row once they are erased. */
  digestOf(row: AuditRow): string;
}

/** Before the first row. */
export const chainStart = '';

export function createAuditChain(keys: readonly { name: string; secret: string }[]): AuditChain {
  const rows = createChainHash(keys, 'audit row');
  const heads = createChainHash(keys, 'audit head');
  const digests = createChainHash(keys, 'audit details');
  return {
    seal(row, position, previous) {
      const digest = digestBy(digests, null, row) as string;
      return digestedForm + rows.of(spellRow(row, { position, previous, digest }));
    },
    isSealed(row, { position, previous }) {
      const hash = row.hash ?? '';
      if (!hash.startsWith(digestedForm)) {
        const isBare = row.ipAddress === null;
        return isBare ? rows.isOf(hash, spellWhole(row, position, previous)) : false;
      }
      const made = hash.slice(digestedForm.length);
      const digest = digestBy(digests, keyNameOf(made), row);
      return digest === null ? null : rows.isOf(made, spellRow(row, { position, previous, digest }));
    },
    makeHead: (tenantId, position, hash) => ({
      ...{ tenantId, position },
      hash: `${hash}/${heads.of(spellHead(tenantId, position, hash))}`,
    }),
    openHead({ tenantId, position, hash }) {
      const [last = '', own = ''] = hash.split('/');
      if (own.startsWith(digestedForm)) return 'altered';
      const isOurs = heads.isOf(own, spellHead(tenantId, position, last));
      if (isOurs === null) return 'unknown key';
      return isOurs ? { last } : 'altered';
    },
    digestOf(row) {
      const sealedBy = row.hash === null ? null : keyNameOf(row.hash.slice(digestedForm.length));
      // Where the key is gone nothing can be said of the row either way.
      return digestBy(digests, sealedBy, row) ?? (digestBy(digests, null, row) as string);
    },
  };
}

function spellHead(tenantId: TenantId, position: number, hash: string): string {
  return JSON.stringify([tenantId, position, hash]);
}

/** By the key of that name, or the one in front; null where it is not configured. An erased row brings its own. */
function digestBy(digests: ChainHash, name: string | null, row: AuditRow): string | null {
  const { erased } = row.details;
  if (typeof erased === 'string' && row.ipAddress === null && Object.keys(row.details).length === 1) return erased;
  const text = JSON.stringify([row.tenantId, row.id, row.ipAddress, sorted(row.details)]);
  return name === null ? digests.of(text) : digests.by(name, text);
}

function spellRow(row: AuditRow, of: { position: number; previous: string; digest: string }): string {
  const { tenantId, id, at, actor, action, resourceId, requestId } = row;
  const { position, previous, digest } = of;
  return JSON.stringify([
    digestedForm,
    tenantId,
    position,
    previous,
    id,
    at,
    actor,
    action,
    resourceId,
    requestId,
    digest,
  ]);
}

function spellWhole(row: AuditRow, position: number, previous: string): string {
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
