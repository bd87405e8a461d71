import {
  changeWebhookEndpoint,
  createWebhookEndpoint,
  disableWebhookEndpoint,
  renderEndpoint,
} from '../../billing/webhook-endpoints/save-endpoint.ts';
import * as contract from '../../contracts/rest/webhook-endpoints.ts';
import { findWebhookEndpoint, listWebhookEndpoints } from '../../db/queries/configured-endpoints.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const webhookEndpointRoutes: readonly Route[] = [
  route(contract.createWebhookEndpointRoute, (call) => {
    const { provider, secret, settings } = call.body;
    return createWebhookEndpoint(call.context, call, provider, { secret, settings });
  }),

  route(contract.listWebhookEndpointsRoute, async (call) => {
    const page = pageRequestOf('webhookEndpoint', call.query);
    const { provider } = call.query;
    const { database, publicUrl } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listWebhookEndpoints(sql, { provider }, page));
    return renderPage(found, (row) => renderEndpoint(row, publicUrl));
  }),

  route(contract.readWebhookEndpointRoute, async (call) => {
    const id = call.id('webhookEndpoint');
    const { database, publicUrl } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => findWebhookEndpoint(sql, id));
    if (!found) throw new DomainError('not_found', 'unknown endpoint');
    return { status: 200, body: renderEndpoint(found, publicUrl) };
  }),

  route(contract.changeWebhookEndpointRoute, (call) => {
    const { secret, settings } = call.body;
    return changeWebhookEndpoint(call.context, call, call.id('webhookEndpoint'), { secret, settings });
  }),

  route(contract.disableWebhookEndpointRoute, (call) =>
    disableWebhookEndpoint(call.context, call, call.id('webhookEndpoint')),
  ),
];
