import { catchUpNow } from '../../billing/webhooks/catch-up-now.ts';
import { discardWebhook } from '../../billing/webhooks/discard-webhook.ts';
import { renderWebhook, renderWebhookInList } from '../../billing/webhooks/render-webhook.ts';
import { replayWebhook } from '../../billing/webhooks/replay-webhook.ts';
import * as contract from '../../contracts/rest/webhooks.ts';
import { findWebhook, listWebhooks } from '../../db/queries/webhooks.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const webhookRoutes: readonly Route[] = [
  route(contract.listWebhooksRoute, async (call) => {
    const { provider, status, received_from: receivedFrom, received_to: receivedTo, ...rest } = call.query;
    const filter = { provider, status, receivedFrom, receivedTo };
    const page = pageRequestOf('event', rest);
    const { database } = call.context;
    return renderPage(
      await readAsTenant(database, call.tenantId, (sql) => listWebhooks(sql, filter, page)),
      renderWebhookInList,
    );
  }),

  route(contract.readWebhookRoute, async (call) => {
    const id = call.id('event');
    const webhook = await readAsTenant(call.context.database, call.tenantId, (sql) => findWebhook(sql, id));
    if (!webhook) throw new DomainError('not_found', 'unknown notification');
    return { status: 200, body: renderWebhook(webhook) };
  }),

  route(contract.replayWebhookRoute, (call) => replayWebhook(call.context, call, call.id('event'))),

  route(contract.discardWebhookRoute, (call) =>
    discardWebhook(call.context, call, call.id('event'), { reason: call.body.reason }),
  ),

  route(contract.catchUpWebhooksRoute, (call) => catchUpNow(call.context, call, call.body.since ?? null)),
];
