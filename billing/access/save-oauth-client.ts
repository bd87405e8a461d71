import { randomBytes } from 'node:crypto';
import type { Answer } from '../../contracts/answer.ts';
import type { OauthClientBody } from '../../contracts/rest/oauth-clients.ts';
import { newId } from '../../db/new-id.ts';
import {
  countLiveOauthClients,
  insertOauthClient,
  lockOauthClient,
  type OauthClientRow,
  oauthClientPurpose,
  updateOauthClient,
} from '../../db/queries/oauth-clients.ts';
import { lockTenantLimits } from '../../db/queries/tenant-limits.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { OauthClientId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { answerShowingOnce } from '../idempotency/answer-showing-once.ts';
import type { AccessCall } from './access-call.ts';
import { type ClientTerms, refuseUnfitTerms } from './client-terms.ts';
import { type Grant, inOrder, permissionsGiven, permissionsToGive, refuseBeyondHeld } from './grant.ts';
import { keysMaxOf, refuseLockOut } from './limits-of-keys.ts';

export function createOauthClient(call: AccessCall, input: Grant & ClientTerms & { name: string }): Promise<Answer> {
  return answerShowingOnce(call, { status: 201, member: 'client_secret' }, async (tx) => {
    const { name, authMethod, redirectUris, jwks, role } = input;
    const grantTypes = [...new Set(input.grantTypes)];
    const scopes = input.scopes && inOrder(input.scopes);
    refuseUnfitTerms(input);
    refuseBeyondHeld(call.principal.permissions, await permissionsToGive(tx, { role, scopes }));
    const keysMax = keysMaxOf(await lockTenantLimits(tx));
    if ((await countLiveOauthClients(tx)) >= keysMax) {
      throw new DomainError('quota_reached', `The tenant may have ${keysMax} clients; revoke one that is not needed.`);
    }
    const id = newId('oauthClient');
    const secret = authMethod === 'client_secret_basic' ? makeSecret() : null;
    const row: OauthClientRow = {
      ...{ tenantId: tx.tenantId, id, name, authMethod, grantTypes, redirectUris, jwks, role, scopes },
      ...sealed(call, { tenantId: tx.tenantId, id }, secret),
      ...{ createdBy: call.caller.actor, createdAt: tx.now, lastUsedAt: null, revokedAt: null },
    };
    await insertOauthClient(tx, row);
    const details = { after: termsOf(row) };
    await insertAudits(tx, call.caller, [{ action: 'oauth_client.created', resourceId: id, details }]);
    return { body: renderOauthClient(row), shown: secret };
  });
}

/** Whoever says where a client's people are sent, or which keys sign for it, can be the client: so must hold what it may. */
export async function changeOauthClient(
  call: AccessCall,
  id: OauthClientId,
  input: Partial<Grant & Pick<ClientTerms, 'redirectUris' | 'jwks'> & { name: string }>,
): Promise<Answer> {
  const answer = await answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    await lockTenantLimits(tx);
    const stored = await lockActive(tx, id);
    const { permissions: held } = call.principal;
    refuseBeyondHeld(held, await permissionsGiven(tx, stored));
    const row: OauthClientRow = { ...stored, ...input, scopes: stored.scopes };
    if (input.scopes !== undefined) row.scopes = input.scopes && inOrder(input.scopes);
    refuseUnfitTerms(row);
    if (input.role !== undefined || input.scopes !== undefined) {
      const given = await permissionsToGive(tx, row);
      refuseBeyondHeld(held, given);
      if (!given.has('api_keys:write')) await refuseLockOut(tx, stored);
    }
    await updateOauthClient(tx, row);
    const details = { before: termsOf(stored), after: termsOf(row) };
    await insertAudits(tx, call.caller, [{ action: 'oauth_client.changed', resourceId: id, details }]);
    return { status: 200, body: renderOauthClient(row) };
  });
  await call.access.forgetClient(call.tenantId, id);
  return answer;
}

export function rotateOauthClientSecret(call: AccessCall, id: OauthClientId): Promise<Answer> {
  return answerShowingOnce(call, { status: 200, member: 'client_secret' }, async (tx) => {
    const stored = await lockActive(tx, id);
    if (stored.authMethod !== 'client_secret_basic') {
      throw new DomainError('invalid_state', 'This client has no secret.');
    }
    refuseBeyondHeld(call.principal.permissions, await permissionsGiven(tx, stored));
    const secret = makeSecret();
    const row = { ...stored, ...sealed(call, stored, secret) };
    await updateOauthClient(tx, row);
    const audit = { action: 'oauth_client.secret_rotated', resourceId: id, details: {} };
    await insertAudits(tx, call.caller, [audit]);
    return { body: renderOauthClient(row), shown: secret };
  });
}

/** For good; its secret and keys are gone with it. Revoked twice is revoked. */
export async function revokeOauthClient(call: AccessCall, id: OauthClientId): Promise<Answer> {
  const answer = await answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    await lockTenantLimits(tx);
    const stored = await lockKnown(tx, id);
    if (stored.revokedAt !== null) return { status: 200, body: renderOauthClient(stored) };
    await refuseLockOut(tx, stored);
    const row: OauthClientRow = { ...stored, secret: null, sealedBy: null, revokedAt: tx.now };
    await updateOauthClient(tx, row);
    const details = { before: termsOf(stored) };
    await insertAudits(tx, call.caller, [{ action: 'oauth_client.revoked', resourceId: id, details }]);
    return { status: 200, body: renderOauthClient(row) };
  });
  await call.access.forgetClient(call.tenantId, id);
  return answer;
}

export function renderOauthClient(row: OauthClientRow): OauthClientBody {
  return {
    client_id: row.id,
    ...termsOf(row),
    status: row.revokedAt === null ? 'active' : 'revoked',
    created_by: row.createdBy,
    created_at: toIso(row.createdAt),
    last_used_at: row.lastUsedAt === null ? null : toIso(row.lastUsedAt),
    revoked_at: row.revokedAt === null ? null : toIso(row.revokedAt),
  };
}

/** Public keys are no secret: the audit has them too. */
function termsOf(row: OauthClientRow) {
  return {
    ...{ name: row.name, auth_method: row.authMethod, grant_types: row.grantTypes, redirect_uris: row.redirectUris },
    ...{ jwks: row.jwks, role: row.role, scopes: row.scopes },
  };
}

/** 256 bits, in letters that need no escaping in a header. */
function makeSecret(): string {
  return `rcs_${randomBytes(32).toString('base64url')}`;
}

function sealed(
  { context }: AccessCall,
  of: { tenantId: string; id: string },
  secret: string | null,
): Pick<OauthClientRow, 'secret' | 'sealedBy'> {
  if (secret === null) return { secret: null, sealedBy: null };
  const made = context.sealer.seal(secret, oauthClientPurpose(of));
  return { secret: made.sealed, sealedBy: made.sealedBy };
}

async function lockKnown(tx: TenantTransaction, id: OauthClientId): Promise<OauthClientRow> {
  const stored = await lockOauthClient(tx, id);
  if (!stored) throw new DomainError('not_found', 'unknown client');
  return stored;
}

async function lockActive(tx: TenantTransaction, id: OauthClientId): Promise<OauthClientRow> {
  const stored = await lockKnown(tx, id);
  if (stored.revokedAt === null) return stored;
  throw new DomainError('invalid_state', 'The client is revoked.');
}
