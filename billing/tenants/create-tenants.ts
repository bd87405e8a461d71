import type { Answer } from '../../contracts/answer.ts';
import type { TenantBody } from '../../contracts/rest/tenants.ts';
import { newId } from '../../db/new-id.ts';
import { insertTenant, type TenantLimits, type TenantMode } from '../../db/queries/tenants.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { TenantId } from '../../domain/ids.ts';
import { invalid } from '../access/grant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { type InvitationLink, inviteMember } from '../members/invite-member.ts';
import { auditTenant } from './administer-tenant.ts';
import { renderTenant } from './render-tenant.ts';

export interface CreateTenantsInput {
  name: string;
  modes: readonly TenantMode[];
  limits: TenantLimits;
}

/** Into every new tenant, once under the call's key: after the tenants are there, by whichever call of that key finds them. */
export async function createTenantsWithOwner(
  system: TenantDatabase,
  context: BillingContext,
  call: Call,
  input: CreateTenantsInput & { ownerEmail: string },
  makeLink: () => InvitationLink,
): Promise<Answer> {
  if (input.limits.users === 0) throw invalid('limits', 'leaves no place for the owner');
  const answer = await createTenants(system, call, input);
  if (answer.status !== 201) return answer;
  const { data } = answer.body as { data: TenantBody[] };
  const invitations = [];
  for (const { tenant_id: id } of data) {
    const tenantId = id as TenantId;
    // In the new tenant's scope, where no key of its own callers can be the same: the character between is in none.
    const claim = call.claim && { ...call.claim, key: `${call.tenantId}\n${call.claim.key}` };
    // Who opens a tenant names its first owner, and has no other permission in it.
    const asOwner = { ...call, tenantId, claim, principal: { permissions: rolePermissions.owner } };
    const invited = await inviteMember(context, asOwner, { email: input.ownerEmail, role: 'owner' }, makeLink());
    if (invited.status !== 201) return invited;
    invitations.push({ tenant_id: tenantId, ...(invited.body as object) });
  }
  return { ...answer, body: { data, owner_invitations: invitations } };
}

/** A business gets a live and a sandbox tenant that name each other, or one of them. */
export function createTenants(system: TenantDatabase, call: Call, input: CreateTenantsInput): Promise<Answer> {
  const { name, modes, limits } = input;
  return answerOnce(system, call.tenantId, call.claim, async (tx) => {
    if (new Set(modes).size !== modes.length) {
      throw invalid('modes', 'names a mode twice');
    }
    const planned = modes.map((mode) => ({ mode, tenantId: newId('tenant') }));
    const made = [];
    for (const { mode, tenantId } of planned) {
      const pairId = planned.find((other) => other.mode !== mode)?.tenantId ?? null;
      made.push(await insertTenant(tx.sql, { tenantId, name, mode, pairId, limits }));
      await auditTenant(tx, call, { tenantId, action: 'tenant.created', details: { mode, pair_id: pairId, limits } });
    }
    return { status: 201, body: { data: made.map(renderTenant) } };
  });
}
