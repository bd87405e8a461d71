import type { Answer } from '../../contracts/answer.ts';
import type { SavedViewBody } from '../../contracts/rest/saved-views.ts';
import { newId } from '../../db/new-id.ts';
import { countSavedViews, deleteSavedView, insertSavedView, type SavedViewRow } from '../../db/queries/saved-views.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SavedViewId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';

const viewsMax = 100;

/**
 * Filters under a name, for whoever calls and nobody else: they show nothing by themselves. The name is a person's own word:
 * the audit does not repeat it.
 */
export function saveView(
  context: BillingContext,
  call: Call,
  input: Pick<SavedViewRow, 'page' | 'name' | 'filters'>,
): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const owner = call.caller.actor;
    if ((await countSavedViews(tx, owner)) >= viewsMax) {
      throw new DomainError('quota_reached', `One keeps at most ${viewsMax} views.`);
    }
    const row: SavedViewRow = { ...input, tenantId: tx.tenantId, id: newId('savedView'), owner, createdAt: tx.now };
    if (!(await insertSavedView(tx, row))) {
      throw new DomainError('already_exists', 'There is a view of this name already.', { field: 'name' });
    }
    await insertAudits(tx, call.caller, [{ action: 'view.saved', resourceId: row.id, details: { page: row.page } }]);
    return { status: 201, body: renderSavedView(row) };
  });
}

export function dropView(context: BillingContext, call: Call, id: SavedViewId): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const row = await deleteSavedView(tx, { owner: call.caller.actor, id });
    if (!row) throw new DomainError('not_found', 'unknown view');
    await insertAudits(tx, call.caller, [{ action: 'view.dropped', resourceId: id, details: { page: row.page } }]);
    return { status: 200, body: renderSavedView(row) };
  });
}

export function renderSavedView(row: SavedViewRow): SavedViewBody {
  const { id, page, name, filters, createdAt } = row;
  return { saved_view_id: id, page, name, filters, created_at: toIso(createdAt) };
}
