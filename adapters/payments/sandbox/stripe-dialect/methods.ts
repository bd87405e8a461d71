import { z } from 'zod';
import { findMethod, type MethodRow } from '../server/attach-method.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply } from '../server/wire.ts';
import { expiryOf, findTestToken } from '../test-tokens.ts';
import { matches, readSearch } from './intents.ts';
import { findObject, insertObject, objectsOf, updateObject } from './stripe-store.ts';
import {
  answerOnce,
  invalid,
  metadata,
  missing,
  pageQuery,
  readParams,
  type StripeAnswer,
  type StripeCall,
  stripeId,
  text,
} from './stripe-wire.ts';

interface Customer {
  id: string;
  metadata: Record<string, string>;
}

/** `POST /v1/customers` */
export function createCustomer(sandbox: Sandbox, call: StripeCall): Reply {
  const body = readParams({ metadata }, call.body);
  return answerOnce(sandbox, call, () => {
    const id = stripeId('cus');
    const created = Math.floor(sandbox.now() / 1000);
    const customer = { id, object: 'customer', created, livemode: false, metadata: body.metadata };
    insertObject(sandbox, { account: call.account, kind: 'customer', id }, customer);
    return answer(200, customer);
  });
}

export function getCustomer(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  return answer(200, findCustomer(sandbox, call.account, call.params[0] ?? '', 'id'));
}

export function findCustomer(sandbox: Sandbox, account: string, id: string, param = 'customer'): Customer {
  const customer = findObject<Customer>(sandbox, { account, kind: 'customer', id });
  if (customer === undefined) throw missing('customer', id, param);
  return customer;
}

/** `GET /v1/customers/search` by metadata. */
export function searchCustomers(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const { query, limit } = readParams({ query: text, limit: pageQuery.limit, page: text.optional() }, call.query);
  const wanted = readSearch(query);
  const found = objectsOf<Customer>(sandbox, call.account, 'customer').filter((each) => matches(each.metadata, wanted));
  const page = { has_more: found.length > limit, data: found.slice(0, limit) };
  return answer(200, { object: 'search_result', url: '/v1/customers/search', ...page });
}

const methodBody = { type: z.literal('card'), card: z.strictObject({ token: text }) };

/** `POST /v1/payment_methods` from a token, as the browser's scripts or a server make one. */
export function createMethod(sandbox: Sandbox, call: StripeCall): Reply {
  const { card } = readParams(methodBody, call.body);
  return answerOnce(sandbox, call, () => {
    const method = insertMethod(sandbox, { account: call.account, token: card.token, customer: null });
    return answer(200, renderMethod(sandbox, method));
  });
}

/** An unknown token is refused. */
export function insertMethod(
  sandbox: Sandbox,
  { account, token, customer }: { account: string; token: string; customer: string | null },
): MethodRow {
  const found = findTestToken(token);
  if (found === undefined) {
    throw invalid(`No such token: '${token}'`, { code: 'resource_missing', param: 'card[token]' });
  }
  const now = sandbox.now();
  const { expMonth, expYear } = expiryOf(new Date(now));
  const { brand, last4 } = found;
  const id = stripeId('pm');
  sandbox.sql.run`INSERT INTO methods (id, account, token, brand, last4, exp_month, exp_year, created_at)
    VALUES (${id}, ${account}, ${token}, ${brand}, ${last4}, ${expMonth}, ${expYear}, ${now})`;
  insertObject(sandbox, { account, kind: 'payment_method', id }, { customer });
  return { id, account, token, brand, last4, exp_month: expMonth, exp_year: expYear, succeeded_count: 0 };
}

export function getMethod(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  return answer(200, renderMethod(sandbox, requireMethod(sandbox, call)));
}

/** `POST /v1/payment_methods/{id}/attach`: once attached, a method stays with its customer. */
export function attachMethod(sandbox: Sandbox, call: StripeCall): Reply {
  const body = readParams({ customer: text }, call.body);
  return answerOnce(sandbox, call, () => {
    const method = requireMethod(sandbox, call);
    const { id: customer } = findCustomer(sandbox, call.account, body.customer);
    if (customerOfMethod(sandbox, call.account, method.id) !== null) {
      throw invalid('The payment method you provided has already been attached to a customer.');
    }
    updateObject(sandbox, { account: call.account, kind: 'payment_method', id: method.id }, { customer });
    return answer(200, renderMethod(sandbox, method));
  });
}

function requireMethod(sandbox: Sandbox, call: StripeCall): MethodRow {
  const id = call.params[0] ?? '';
  const method = findMethod(sandbox, call.account, id);
  if (method === undefined) throw missing('PaymentMethod', id);
  return method;
}

export function customerOfMethod(sandbox: Sandbox, account: string, id: string): string | null {
  return findObject<{ customer: string | null }>(sandbox, { account, kind: 'payment_method', id })?.customer ?? null;
}

export function renderMethod(sandbox: Sandbox, method: MethodRow): object {
  const { id, account, brand, last4, exp_month, exp_year } = method;
  const card = { brand, last4, exp_month, exp_year };
  return { id, object: 'payment_method', type: 'card', card, customer: customerOfMethod(sandbox, account, id) };
}
