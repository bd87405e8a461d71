import { checkAccount } from '../../billing/provider-accounts/check-account.ts';
import { disableAccount } from '../../billing/provider-accounts/disable-account.ts';
import { putAccount } from '../../billing/provider-accounts/put-account.ts';
import { renderAccount } from '../../billing/provider-accounts/render-account.ts';
import * as contract from '../../contracts/rest/provider-accounts.ts';
import { findProviderAccount, listProviderAccounts } from '../../db/queries/provider-accounts.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';

export const providerAccountRoutes: readonly Route[] = [
  route(contract.putProviderAccountRoute, (call) => {
    const { credentials, settings, account_ref: accountRef } = call.body;
    return putAccount(call.context, call, call.provider(), { credentials, settings, accountRef });
  }),

  route(contract.listProviderAccountsRoute, async (call) => {
    const { database, sealer } = call.context;
    const accounts = await readAsTenant(database, call.tenantId, listProviderAccounts);
    return { status: 200, body: { data: accounts.map((account) => renderAccount(account, sealer)) } };
  }),

  route(contract.readProviderAccountRoute, async (call) => {
    const { database, sealer } = call.context;
    const account = await readAsTenant(database, call.tenantId, (sql) => findProviderAccount(sql, call.provider()));
    if (!account) throw new DomainError('not_found', 'no account at this provider');
    return { status: 200, body: renderAccount(account, sealer) };
  }),

  route(contract.disableProviderAccountRoute, (call) => disableAccount(call.context, call, call.provider())),

  route(contract.checkProviderAccountRoute, (call) => checkAccount(call.context, call, call.provider())),
];
