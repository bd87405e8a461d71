import {
  changeApiKey,
  createApiKey,
  renderApiKey,
  revokeApiKey,
  rotateApiKey,
} from '../../billing/access/save-api-key.ts';
import * as contract from '../../contracts/rest/api-keys.ts';
import { findApiKey, listApiKeys } from '../../db/queries/api-keys.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';
import { withoutAbsent } from './without-absent.ts';

export const apiKeyRoutes: readonly Route[] = [
  route(contract.createApiKeyRoute, (call) => {
    const { name, role, scopes = null, expires_at: expiresAt = null } = call.body;
    return createApiKey(call, { name, role, scopes, expiresAt });
  }),

  route(contract.listApiKeysRoute, async (call) => {
    const page = pageRequestOf('apiKey', call.query);
    const found = await readAsTenant(call.context.database, call.tenantId, (sql) => listApiKeys(sql, page));
    return renderPage(found, renderApiKey);
  }),

  route(contract.readApiKeyRoute, async (call) => {
    const id = call.id('apiKey');
    const found = await readAsTenant(call.context.database, call.tenantId, (sql) => findApiKey(sql, id));
    if (!found) throw new DomainError('not_found', 'unknown key');
    return { status: 200, body: renderApiKey(found) };
  }),

  route(contract.changeApiKeyRoute, (call) => {
    const { name, scopes } = call.body;
    return changeApiKey(call, call.id('apiKey'), withoutAbsent({ name, scopes }));
  }),

  route(contract.rotateApiKeyRoute, (call) => {
    const { overlap: overlapMs, expires_at: expiresAt } = call.body;
    return rotateApiKey(call, call.id('apiKey'), { overlapMs, expiresAt });
  }),

  route(contract.revokeApiKeyRoute, (call) => revokeApiKey(call, call.id('apiKey'))),
];
