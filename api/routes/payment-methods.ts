import { attachPaymentMethod } from '../../billing/customers/attach-payment-method.ts';
import { detachPaymentMethod } from '../../billing/customers/detach-payment-method.ts';
import { renderPaymentMethod } from '../../billing/customers/render-customer.ts';
import { setDefaultMethod } from '../../billing/customers/set-default-method.ts';
import { beginMethodSetup } from '../../billing/method-setups/begin-method-setup.ts';
import { readMethodSetup } from '../../billing/method-setups/settle-method-setup.ts';
import * as contract from '../../contracts/rest/payment-methods.ts';
import { listPaymentMethods } from '../../db/queries/payment-methods.ts';
import { listUsableProviders } from '../../db/queries/provider-accounts.ts';
import { readAsTenant, withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const paymentMethodRoutes: readonly Route[] = [
  route(contract.attachPaymentMethodRoute, (call) => {
    const { provider, token, default: makeDefault } = call.body;
    return attachPaymentMethod(call.context, call, call.id('customer'), { provider, token, makeDefault });
  }),

  route(contract.beginMethodSetupRoute, (call) => {
    const { provider, return_url: returnUrl, default: makeDefault } = call.body;
    return beginMethodSetup(call.context, call, call.id('customer'), { provider, returnUrl, makeDefault });
  }),

  route(contract.listMethodProvidersRoute, async ({ context, tenantId }) => {
    const named = await withTenant(context.database, tenantId, listUsableProviders);
    const data = named.filter((provider) => context.provider(provider).capabilities.setup);
    return { status: 200, body: { data: data.map((provider) => ({ provider })) } };
  }),

  route(contract.readMethodSetupRoute, (call) =>
    readMethodSetup(call.context, call, { customerId: call.id('customer'), setupId: call.id('methodSetup') }),
  ),

  route(contract.listPaymentMethodsRoute, async (call) => {
    const page = pageRequestOf('paymentMethod', call.query);
    const customerId = call.id('customer');
    const { database } = call.context;
    const methods = await readAsTenant(database, call.tenantId, (sql) => listPaymentMethods(sql, customerId, page));
    if (!methods) throw new DomainError('not_found', 'unknown customer');
    return renderPage(methods, (method) => renderPaymentMethod(method, method.isDefault));
  }),

  route(contract.setDefaultPaymentMethodRoute, (call) =>
    setDefaultMethod(call.context, call, { customerId: call.id('customer'), id: call.id('paymentMethod') }),
  ),

  route(contract.detachPaymentMethodRoute, (call) =>
    detachPaymentMethod(call.context, call, { customerId: call.id('customer'), id: call.id('paymentMethod') }),
  ),
];
