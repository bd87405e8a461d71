import type { Answer } from '../../contracts/answer.ts';
import type { WebhookEndpointBody } from '../../contracts/rest/webhook-endpoints.ts';
import { newId } from '../../db/new-id.ts';
import {
  lockWebhookEndpoint,
  saveWebhookEndpoint,
  type WebhookEndpointRow,
  webhookPurpose,
} from '../../db/queries/configured-endpoints.ts';
import { readTenantMode } from '../../db/queries/provider-accounts.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { describeChange } from '../../domain/describe-change.ts';
import { DomainError } from '../../domain/errors.ts';
import type { WebhookEndpointId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import { accountModeOf, type ProviderName } from '../../domain/payments/provider-name.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { answerShowingOnce } from '../idempotency/answer-showing-once.ts';
import { type EndpointInput, refuseUnfitSettings, secretFor } from './endpoint-secret.ts';

/** An address of the tenant's own for one provider's notifications, with the secret they are signed by. */
export function createWebhookEndpoint(
  context: BillingContext,
  call: Call,
  provider: ProviderName,
  input: EndpointInput,
): Promise<Answer> {
  return answerShowingOnce({ ...call, context }, { status: 201, member: 'secret' }, async (tx) => {
    const mode = accountModeOf(await readTenantMode(tx));
    const settings = input.settings ?? {};
    refuseUnfitSettings({ provider, mode }, settings);
    const made = secretFor(provider, input, null);
    const { tenantId } = tx;
    const id = newId('webhookEndpoint');
    const { sealed, sealedBy } = context.sealer.seal(made.secret, webhookPurpose({ tenantId, id }));
    const row: WebhookEndpointRow = {
      ...{ tenantId, id, provider, mode, settings, secret: sealed, sealedBy },
      ...{ status: 'active', caughtUpAt: null, createdAt: tx.now },
    };
    await saveWebhookEndpoint(tx, row);
    const details = { provider, mode, after: { settings } };
    await insertAudits(tx, call.caller, [{ action: 'webhook_endpoint.created', resourceId: id, details }]);
    return { body: renderEndpoint(row, context.publicUrl), shown: made.isNew ? made.secret : null };
  });
}

/** The old secret is dead as soon as nobody has it in memory any more: within 5 s. */
export function changeWebhookEndpoint(
  context: BillingContext,
  call: Call,
  id: WebhookEndpointId,
  input: EndpointInput,
): Promise<Answer> {
  return answerShowingOnce({ ...call, context }, { status: 200, member: 'secret' }, async (tx) => {
    const stored = await lockKnown(tx, id);
    if (stored.status === 'disabled') {
      throw new DomainError('invalid_state', 'The endpoint is disabled; open another.');
    }
    const provider = stored.provider as ProviderName;
    const settings = input.settings ?? stored.settings;
    refuseUnfitSettings({ provider, mode: stored.mode }, settings);
    const purpose = webhookPurpose(stored);
    const known = context.sealer.open({ sealed: stored.secret, sealedBy: stored.sealedBy }, purpose);
    const made = secretFor(provider, input, known);
    const { sealed, sealedBy } = context.sealer.seal(made.secret, purpose);
    const row = { ...stored, settings, secret: sealed, sealedBy };
    await saveWebhookEndpoint(tx, row);
    const { before, after } = describeChange(stored, row, ['settings']);
    const details = { provider, secret_replaced: made.secret !== known, before, after };
    await insertAudits(tx, call.caller, [{ action: 'webhook_endpoint.changed', resourceId: id, details }]);
    return { body: renderEndpoint(row, context.publicUrl), shown: made.isNew ? made.secret : null };
  });
}

export function disableWebhookEndpoint(context: BillingContext, call: Call, id: WebhookEndpointId): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const stored = await lockKnown(tx, id);
    const row: WebhookEndpointRow = { ...stored, status: 'disabled' };
    if (stored.status === 'active') {
      await saveWebhookEndpoint(tx, row);
      const details = { provider: row.provider, before: { status: 'active' }, after: { status: 'disabled' } };
      await insertAudits(tx, call.caller, [{ action: 'webhook_endpoint.disabled', resourceId: id, details }]);
    }
    return { status: 200, body: renderEndpoint(row, context.publicUrl) };
  });
}

export function renderEndpoint(row: WebhookEndpointRow, publicUrl: string): WebhookEndpointBody {
  return {
    webhook_endpoint_id: row.id,
    provider: row.provider as ProviderName,
    mode: row.mode,
    status: row.status,
    url: `${publicUrl}/webhooks/${row.provider}/${row.id}`,
    settings: row.settings,
    created_at: toIso(row.createdAt),
  };
}

async function lockKnown(tx: TenantTransaction, id: WebhookEndpointId): Promise<WebhookEndpointRow> {
  const stored = await lockWebhookEndpoint(tx, id);
  if (!stored) throw new DomainError('not_found', 'unknown endpoint');
  return stored;
}
