import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { insertTenant, type TenantLimits, type TenantMode } from '../../db/queries/tenants.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Call } from '../call.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { auditTenant } from './administer-tenant.ts';
import { renderTenant } from './render-tenant.ts';

export interface CreateTenantsInput {
  name: string;
  modes: readonly TenantMode[];
  limits: TenantLimits;
}

/** A business gets a live and a sandbox tenant that name each other, or one of them. */
export function createTenants(system: TenantDatabase, call: Call, input: CreateTenantsInput): Promise<Answer> {
  const { name, modes, limits } = input;
  return answerOnce(system, call.tenantId, call.claim, async (tx) => {
    if (new Set(modes).size !== modes.length) {
      const message = 'names a mode twice';
      throw new DomainError('invalid_request', `modes ${message}.`, {
        ...{ field: 'modes', errors: [{ field: 'modes', message }] },
      });
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
