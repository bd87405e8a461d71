import { z } from 'zod';
import { expiryOf, findTestToken } from '../test-tokens.ts';
import { fingerprint } from './idempotency-keys.ts';
import { newId, type Sandbox } from './sandbox.ts';
import { answer, type Reply, read, refuse, requireKey, requireQuery, text, type WireRequest } from './wire.ts';

export interface MethodRow {
  id: string;
  account: string;
  token: string;
  brand: string;
  last4: string;
  exp_month: number;
  exp_year: number;
  succeeded_count: number;
}

const attachBody = z.strictObject({ account: text, token: text });

/** `POST /v1/methods`: an unknown token is refused and leaves its key free. */
export function attachMethod(sandbox: Sandbox, request: WireRequest): Reply {
  const { account, token } = read(attachBody, request.body);
  const claim = { account, key: requireKey(request), fingerprint: fingerprint(['methods', token]) };
  const now = sandbox.now();
  const earlier = sandbox.keys.replyFor(claim, now);
  if (earlier !== null) return earlier;
  if (findTestToken(token) === undefined) return refuse(400, 'unknown_token', 'No such token');
  const body = sandbox.transaction(() => {
    const rendered = renderMethod(insertMethod(sandbox, account, token));
    sandbox.keys.remember(claim, { status: 201, body: rendered }, now);
    return rendered;
  });
  return answer(201, body);
}

/** Belongs into a transaction; the token is a known one. */
export function insertMethod(sandbox: Sandbox, account: string, token: string): MethodRow {
  const found = findTestToken(token);
  if (found === undefined) throw new Error(`${token} passed its check and is unknown`);
  const now = sandbox.now();
  const { expMonth: exp_month, expYear: exp_year } = expiryOf(new Date(now));
  const { brand, last4 } = found;
  const method = { id: newId('spm'), account, token, brand, last4, exp_month, exp_year, succeeded_count: 0 };
  sandbox.sql.run`INSERT INTO methods (id, account, token, brand, last4, exp_month, exp_year, created_at)
    VALUES (${method.id}, ${account}, ${token}, ${brand}, ${last4}, ${exp_month}, ${exp_year}, ${now})`;
  return method;
}

export function getMethod(sandbox: Sandbox, request: WireRequest): Reply {
  const method = findMethod(sandbox, requireQuery(request, 'account'), request.params[0] ?? '');
  return method === undefined ? refuse(404, 'unknown_method', 'No such method') : answer(200, renderMethod(method));
}

export function findMethod(sandbox: Sandbox, account: string, id: string): MethodRow | undefined {
  return sandbox.sql.get`SELECT id, account, token, brand, last4, exp_month, exp_year, succeeded_count
    FROM methods WHERE id = ${id} AND account = ${account}` as MethodRow | undefined;
}

export function renderMethod({ id, account, brand, last4, exp_month, exp_year }: MethodRow): object {
  return { id, account, brand, last4, exp_month, exp_year };
}
