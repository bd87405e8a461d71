import { changeCustomer } from '../../billing/customers/change-customer.ts';
import { createCustomer } from '../../billing/customers/create-customer.ts';
import { renderCustomer } from '../../billing/customers/render-customer.ts';
import * as contract from '../../contracts/rest/customers.ts';
import { findCustomer, listCustomers } from '../../db/queries/customers.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';
import { withoutAbsent } from './without-absent.ts';

export const customerRoutes: readonly Route[] = [
  route(contract.createCustomerRoute, (call) => {
    const { email, name, timezone, country, language, metadata } = call.body;
    const details = { name: name ?? null, country: country ?? null, language: language ?? null };
    const input = { email, timezone, metadata, ...details };
    return createCustomer(call.context, call, input);
  }),

  route(contract.listCustomersRoute, async (call) => {
    const page = pageRequestOf('customer', call.query);
    const { email, status, text } = call.query;
    const { database } = call.context;
    const customers = await readAsTenant(database, call.tenantId, (sql) =>
      listCustomers(sql, { email, status, text }, page),
    );
    return renderPage(customers, renderCustomer);
  }),

  route(contract.readCustomerRoute, async (call) => {
    const id = call.id('customer');
    const customer = await readAsTenant(call.context.database, call.tenantId, (sql) => findCustomer(sql, id));
    if (!customer) throw new DomainError('not_found', 'unknown customer');
    return { status: 200, body: renderCustomer(customer) };
  }),

  route(contract.changeCustomerRoute, (call) => {
    const { email, name, timezone, country, language, status, metadata } = call.body;
    const details = withoutAbsent({ email, name, timezone, country, language, status });
    return changeCustomer(call.context, call, call.id('customer'), { details, metadata });
  }),
];
