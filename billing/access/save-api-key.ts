import type { Answer } from '../../contracts/answer.ts';
import type { ApiKeyBody } from '../../contracts/rest/api-keys.ts';
import { type ApiKeyRow, insertApiKey, lockApiKey, type ReadApiKey, updateApiKey } from '../../db/queries/api-keys.ts';
import { refuseOver } from '../../db/queries/quotas.ts';
import { lockTenantLimits } from '../../db/queries/tenant-limits.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ApiKeyId } from '../../domain/ids.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { answerShowingOnce } from '../idempotency/answer-showing-once.ts';
import type { AccessCall } from './access-call.ts';
import { type Grant, inOrder, invalid, permissionsGiven, permissionsToGive, refuseBeyondHeld } from './grant.ts';
import { keysMaxOf, refuseLockOut } from './limits-of-keys.ts';

/** A key of the tenant's mode; it is allowed nothing that its maker is not. */
export function createApiKey(
  call: AccessCall,
  input: Grant & { name: string; expiresAt: Instant | null },
): Promise<Answer> {
  return answerShowingOnce(call, { status: 201, member: 'api_key' }, async (tx) => {
    const { name, role, expiresAt } = input;
    const scopes = input.scopes && inOrder(input.scopes);
    refuseBeyondHeld(call.principal.permissions, await permissionsToGive(tx, { role, scopes }));
    refusePast(tx, expiresAt);
    const tenant = await lockTenantLimits(tx);
    await refuseOver(tx, 'api_keys', keysMaxOf(tenant));
    const made = await insertMade(call, tx, tenant.mode, { name, role, scopes, expiresAt });
    const details = { after: termsOf(made.row) };
    await insertAudits(tx, call.caller, [{ action: 'api_key.created', resourceId: made.row.id, details }]);
    return { body: renderApiKey(made.row), shown: made.text };
  });
}

/** A new name, and scopes that are fewer than before: for more there is a new key. */
export async function changeApiKey(
  call: AccessCall,
  id: ApiKeyId,
  input: { name?: string; scopes?: Permission[] | null },
): Promise<Answer> {
  const answer = await answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    await lockTenantLimits(tx);
    const stored = await lockActive(tx, id);
    const scopes = input.scopes === undefined ? stored.scopes : input.scopes && inOrder(input.scopes);
    const before = await permissionsGiven(tx, stored);
    const isWider = scopes === null ? stored.scopes !== null : scopes.some((scope) => !before.has(scope));
    if (isWider) throw invalid('scopes', 'may only become fewer; make another key for more');
    if (scopes && !scopes.includes('api_keys:write')) await refuseLockOut(tx, stored);
    const row = { ...stored, name: input.name ?? stored.name, scopes };
    await updateApiKey(tx, id, { name: row.name, scopes });
    const details = { before: termsOf(stored), after: termsOf(row) };
    await insertAudits(tx, call.caller, [{ action: 'api_key.changed', resourceId: id, details }]);
    return { status: 200, body: renderApiKey(row) };
  });
  await call.access.forgetKey(id);
  return answer;
}

/**
 * Another key with the same role and scopes; the old one opens until the overlap is over. Whoever rotates gets to see the new key,
 * so must hold what it allows.
 */
export async function rotateApiKey(
  call: AccessCall,
  id: ApiKeyId,
  input: { overlapMs: number; expiresAt: Instant | null | undefined },
): Promise<Answer> {
  const answer = await answerShowingOnce(call, { status: 201, member: 'api_key' }, async (tx) => {
    const { mode } = await lockTenantLimits(tx);
    const stored = await lockActive(tx, id);
    if (stored.replacedBy !== null) throw new DomainError('invalid_state', 'The key has been rotated already.');
    refuseBeyondHeld(call.principal.permissions, await permissionsGiven(tx, stored));
    const lifetimeMs = stored.expiresAt === null ? null : stored.expiresAt - stored.createdAt;
    const expiresAt = input.expiresAt === undefined ? lifetimeMs && tx.now + lifetimeMs : input.expiresAt;
    refusePast(tx, expiresAt);
    const { name, role, scopes } = stored;
    const made = await insertMade(call, tx, mode, { name, role, scopes, expiresAt });
    const oldExpiresAt = Math.min(stored.expiresAt ?? Number.POSITIVE_INFINITY, tx.now + input.overlapMs);
    await updateApiKey(tx, id, { replacedBy: made.row.id, expiresAt: oldExpiresAt });
    const details = { replaced_by: made.row.id, expires_at: toIso(oldExpiresAt), after: termsOf(made.row) };
    await insertAudits(tx, call.caller, [{ action: 'api_key.rotated', resourceId: id, details }]);
    return { body: renderApiKey(made.row), shown: made.text };
  });
  await call.access.forgetKey(id);
  return answer;
}

/** For good; a key may revoke itself. Revoked twice is revoked. */
export async function revokeApiKey(call: AccessCall, id: ApiKeyId): Promise<Answer> {
  const answer = await answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    await lockTenantLimits(tx);
    const stored = await lockKnown(tx, id);
    if (stored.status === 'revoked') return { status: 200, body: renderApiKey(stored) };
    if (stored.status === 'active') await refuseLockOut(tx, stored);
    const row: ReadApiKey = { ...stored, status: 'revoked', revokedAt: tx.now };
    await updateApiKey(tx, id, { revokedAt: tx.now });
    const details = { before: termsOf(stored) };
    await insertAudits(tx, call.caller, [{ action: 'api_key.revoked', resourceId: id, details }]);
    return { status: 200, body: renderApiKey(row) };
  });
  await call.access.forgetKey(id);
  return answer;
}

export function renderApiKey(row: ReadApiKey): ApiKeyBody {
  const iso = (at: Instant | null) => (at === null ? null : toIso(at));
  return {
    api_key_id: row.id,
    ...{ name: row.name, role: row.role, scopes: row.scopes },
    mode: row.mode === 'live' ? 'live' : 'test',
    status: row.status,
    created_by: row.owner,
    created_at: toIso(row.createdAt),
    last_used_at: iso(row.lastUsedAt),
    expires_at: iso(row.expiresAt),
    replaced_by: row.replacedBy,
    revoked_at: iso(row.revokedAt),
  };
}

async function insertMade(
  call: AccessCall,
  tx: TenantTransaction,
  mode: 'sandbox' | 'live',
  terms: Pick<ApiKeyRow, 'name' | 'role' | 'scopes' | 'expiresAt'>,
): Promise<{ row: ReadApiKey; text: string }> {
  const { id, text, secretHash } = call.access.makeKey(mode);
  const row: ApiKeyRow = {
    ...{ tenantId: tx.tenantId, id, secretHash, owner: call.caller.actor, ...terms },
    ...{ createdAt: tx.now, lastUsedAt: null, replacedBy: null, revokedAt: null },
  };
  await insertApiKey(tx, row);
  return { row: { ...row, mode, status: 'active' }, text };
}

/** Of a key as the audit tells it. */
function termsOf({ name, role, scopes, expiresAt }: ApiKeyRow) {
  return { name, role, scopes, expires_at: expiresAt === null ? null : toIso(expiresAt) };
}

async function lockKnown(tx: TenantTransaction, id: ApiKeyId): Promise<ReadApiKey> {
  const stored = await lockApiKey(tx, id);
  if (!stored) throw new DomainError('not_found', 'unknown key');
  return stored;
}

async function lockActive(tx: TenantTransaction, id: ApiKeyId): Promise<ReadApiKey> {
  const stored = await lockKnown(tx, id);
  if (stored.status === 'active') return stored;
  throw new DomainError('invalid_state', `The key is ${stored.status}.`);
}

function refusePast(tx: TenantTransaction, expiresAt: Instant | null): void {
  if (expiresAt !== null && expiresAt <= tx.now) throw invalid('expires_at', 'is in the past');
}
