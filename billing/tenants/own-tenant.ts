import type { Answer } from '../../contracts/answer.ts';
import type { OwnTenantBody } from '../../contracts/rest/tenant.ts';
import { askForDeletion, findTenant, readUsage, type TenantRow, updateOwnTenant } from '../../db/queries/tenants.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { refuseState, withStatus } from './administer-tenant.ts';
import { type DeletionInput, deletionDetails, graceEnd } from './delete-tenant.ts';
import { renderDeletion, renderTenant, renderUsage } from './render-tenant.ts';
import { applySettings, renderSettings, type SettingsChange } from './tenant-settings.ts';

/** A tenant's own row as its people see it, with what it uses. */
export async function renderOwnTenant(tx: TenantTransaction): Promise<OwnTenantBody> {
  const row = await readOwn(tx);
  const { status_reason: _reason, ...seen } = renderTenant(row);
  const usage = await readUsage(tx.sql, tx.tenantId);
  return {
    ...seen,
    ...{ usage: renderUsage(usage), settings: renderSettings(row.settings), deletion: renderDeletion(row) },
  };
}

export function changeOwnTenant(
  context: BillingContext,
  call: Call,
  change: { name?: string; settings?: SettingsChange },
): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const before = await readOwn(tx);
    if (before.status !== 'active') throw refuseState(before, 'nothing of it is changed any more');
    const name = change.name ?? before.name;
    const settings = applySettings(before.settings, change.settings ?? {});
    const [was, is] = [renderSettings(before.settings), renderSettings(settings)];
    if (name !== before.name || JSON.stringify(was) !== JSON.stringify(is)) {
      await updateOwnTenant(tx, { name, settings });
      const details = { before: { name: before.name, settings: was }, after: { name, settings: is } };
      await insertAudits(tx, call.caller, [{ action: 'tenant.changed', resourceId: call.tenantId, details }]);
    }
    return { status: 200, body: await renderOwnTenant(tx) };
  });
}

/** What an owner asks for; only an operator can take it back. */
export function deleteOwnTenant(
  context: BillingContext,
  call: Call,
  input: DeletionInput & { confirm: string },
): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const before = await readOwn(tx);
    if (input.confirm !== before.name) {
      const message = 'is not the name of this tenant';
      throw new DomainError('invalid_request', `confirm ${message}.`, {
        ...{ field: 'confirm', errors: [{ field: 'confirm', message }] },
      });
    }
    const { reason, exportWaived } = input;
    const deleteAfter = graceEnd(before.mode, input.graceDays, tx.now);
    const isAsked = await askForDeletion(tx, { reason, deleteAfter, exportWaived });
    const after = await readOwn(tx);
    if (!isAsked) throw refuseState(after, 'its deletion was asked for already');
    const details = withStatus(deletionDetails(after), before, after);
    await insertAudits(tx, call.caller, [{ action: 'tenant.deletion_requested', resourceId: call.tenantId, details }]);
    return { status: 200, body: await renderOwnTenant(tx) };
  });
}

async function readOwn(tx: TenantTransaction): Promise<TenantRow> {
  const row = await findTenant(tx.sql, tx.tenantId);
  if (!row) throw new DomainError('not_found', 'no tenant has been entered');
  invariant(row.tenantId === tx.tenantId, 'a tenant reads itself');
  return row;
}
