import * as contract from '../../contracts/rest/disputes.ts';
import { type DisputeWithOwner, findDispute, listDisputes } from '../../db/queries/disputes.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { toIso } from '../../domain/instant.ts';
import { renderedStatus } from '../../domain/subscriptions/allowed-commands.ts';
import { optionalId, type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const disputeRoutes: readonly Route[] = [
  route(contract.listDisputesRoute, async (call) => {
    const page = pageRequestOf('dispute', call.query);
    const filter = { status: call.query.status, paymentId: optionalId('payment', call.query.payment_id) };
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listDisputes(sql, filter, page));
    return renderPage(found, renderDispute);
  }),

  route(contract.readDisputeRoute, async (call) => {
    const id = call.id('dispute');
    const dispute = await readAsTenant(call.context.database, call.tenantId, (sql) => findDispute(sql, id));
    if (!dispute) throw new DomainError('not_found', 'unknown dispute');
    return { status: 200, body: renderDispute(dispute) };
  }),
];

function renderDispute(dispute: DisputeWithOwner): contract.DisputeBody {
  return {
    dispute_id: dispute.id,
    payment_id: dispute.paymentId,
    attempt_id: dispute.attemptId,
    customer_id: dispute.customerId,
    subscription_id: dispute.subscriptionId,
    subscription_status: dispute.subscription && renderedStatus(dispute.subscription),
    provider: dispute.provider,
    provider_dispute_id: dispute.providerDisputeId,
    status: dispute.status,
    amount: dispute.amountMinor,
    reserved: dispute.reservedMinor,
    currency: dispute.currency,
    reason: dispute.reason,
    opened_at: toIso(dispute.openedAt),
    evidence_due_at: dispute.evidenceDueAt === null ? null : toIso(dispute.evidenceDueAt),
    settled_at: dispute.settledAt === null ? null : toIso(dispute.settledAt),
  };
}
