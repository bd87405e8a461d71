import {
  changeOauthClient,
  createOauthClient,
  renderOauthClient,
  revokeOauthClient,
  rotateOauthClientSecret,
} from '../../billing/access/save-oauth-client.ts';
import * as contract from '../../contracts/rest/oauth-clients.ts';
import { findOauthClient, listOauthClients } from '../../db/queries/oauth-clients.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';
import { withoutAbsent } from './without-absent.ts';

export const oauthClientRoutes: readonly Route[] = [
  route(contract.createOauthClientRoute, (call) => {
    const { name, jwks, role, scopes } = call.body;
    const { auth_method: authMethod, grant_types: grantTypes, redirect_uris: redirectUris } = call.body;
    return createOauthClient(call, { name, authMethod, grantTypes, redirectUris, jwks, role, scopes });
  }),

  route(contract.listOauthClientsRoute, async (call) => {
    const page = pageRequestOf('oauthClient', call.query);
    const found = await readAsTenant(call.context.database, call.tenantId, (sql) => listOauthClients(sql, page));
    return renderPage(found, renderOauthClient);
  }),

  route(contract.readOauthClientRoute, async (call) => {
    const id = call.id('oauthClient');
    const found = await readAsTenant(call.context.database, call.tenantId, (sql) => findOauthClient(sql, id));
    if (!found) throw new DomainError('not_found', 'unknown client');
    return { status: 200, body: renderOauthClient(found) };
  }),

  route(contract.changeOauthClientRoute, (call) => {
    const { name, redirect_uris: redirectUris, jwks, role, scopes } = call.body;
    return changeOauthClient(call, call.id('oauthClient'), withoutAbsent({ name, redirectUris, jwks, role, scopes }));
  }),

  route(contract.rotateOauthClientSecretRoute, (call) => rotateOauthClientSecret(call, call.id('oauthClient'))),

  route(contract.revokeOauthClientRoute, (call) => revokeOauthClient(call, call.id('oauthClient'))),
];
