import { z } from 'zod';
import { findTestToken, testTokens } from '../test-tokens.ts';
import { findMethod, insertMethod, renderMethod } from './attach-method.ts';
import { emitEvent } from './emit-event.ts';
import { fingerprint } from './idempotency-keys.ts';
import { newId, type Sandbox } from './sandbox.ts';
import {
  answer,
  type Reply,
  read,
  redirectTo,
  refuse,
  requireKey,
  requireQuery,
  returnUrl,
  text,
  type WireRequest,
} from './wire.ts';

interface SetupRow {
  id: string;
  account: string;
  reference: string;
  customer: string;
  return_url: string;
  status: 'open' | 'completed' | 'failed';
  method_id: string | null;
  failure_code: string | null;
  created_at: number;
}

const openMs = 86_400_000;
const setupBody = z.strictObject({ account: text, reference: text, customer: text, return_url: returnUrl });

/** `POST /v1/setups`: opens a page on which the customer names a method; once per key. */
export function beginSetup(sandbox: Sandbox, request: WireRequest): Reply {
  const body = read(setupBody, request.body);
  const { account, reference, customer, return_url } = body;
  const print = fingerprint(['setups', reference, customer, return_url]);
  const claim = { account, key: requireKey(request), fingerprint: print };
  const now = sandbox.now();
  const earlier = sandbox.keys.replyFor(claim, now);
  if (earlier !== null) return earlier;
  const more = { status: 'open', method_id: null, failure_code: null, created_at: now } as const;
  const setup: SetupRow = { ...body, ...more, id: newId('sst') };
  const reply = answer(201, renderSetup(sandbox, setup, request.baseUrl));
  sandbox.transaction(() => {
    sandbox.sql.run`INSERT INTO setups (id, account, reference, customer, return_url, status, created_at)
      VALUES (${setup.id}, ${account}, ${reference}, ${customer}, ${return_url}, ${'open'}, ${now})`;
    sandbox.keys.remember(claim, reply, now);
  });
  return reply;
}

/** `GET /v1/setups/{id}` */
export function readSetup(sandbox: Sandbox, request: WireRequest): Reply {
  const account = requireQuery(request, 'account');
  const setup = findSetup(sandbox, request.params[0] ?? '');
  if (setup === undefined || setup.account !== account) return refuse(404, 'unknown_setup', 'No such setup');
  return answer(200, renderSetup(sandbox, setup, request.baseUrl));
}

/** `GET /setups/{id}`: stands for the provider's own card form, with a button per test card. */
export function showSetup(sandbox: Sandbox, request: WireRequest): Reply {
  const setup = findSetup(sandbox, request.params[0] ?? '');
  if (setup === undefined) return refuse(404, 'unknown_setup', 'No such setup');
  return { kind: 'page', html: setupPage(setup) };
}

const choiceBody = z.object({ token: text.optional(), result: z.literal('canceled').optional() });

/** `POST /setups/{id}` with `token` (or `result=canceled`) in the query, a form or JSON; leads back to where the customer came from. */
export async function completeSetup(sandbox: Sandbox, request: WireRequest): Promise<Reply> {
  const fromQuery = request.query.get('token');
  const choice = read(choiceBody, fromQuery === null ? request.body : { token: fromQuery });
  const setup = findSetup(sandbox, request.params[0] ?? '');
  if (setup === undefined) return refuse(404, 'unknown_setup', 'No such setup');
  if (setup.status === 'failed') return refuse(409, 'setup_closed', `This setup is closed: ${setup.failure_code}`);
  if (setup.status === 'completed') return redirectTo(backWith(setup));
  if (choice.result === 'canceled') {
    sandbox.sql.run`UPDATE setups SET status = ${'failed'}, failure_code = ${'canceled'} WHERE id = ${setup.id}`;
    return redirectTo(backWith(setup));
  }
  if (findTestToken(choice.token ?? '') === undefined) return refuse(400, 'unknown_token', 'No such token');
  const emitted = sandbox.transaction(() => {
    const method = insertMethod(sandbox, setup.account, choice.token ?? '');
    sandbox.sql.run`UPDATE setups SET status = ${'completed'}, method_id = ${method.id} WHERE id = ${setup.id}`;
    const { account, reference, id: setup_id } = setup;
    return emitEvent(sandbox, { type: 'setup.completed', account, reference, setup_id });
  });
  await emitted.arrived();
  return redirectTo(backWith(setup));
}

/** After a day nobody completes it any more. */
function findSetup(sandbox: Sandbox, id: string): SetupRow | undefined {
  const row = sandbox.sql.get`SELECT * FROM setups WHERE id = ${id}` as SetupRow | undefined;
  const isOver = row?.status === 'open' && row.created_at <= sandbox.now() - openMs;
  return row && isOver ? { ...row, status: 'failed', failure_code: 'expired' } : row;
}

function backWith({ return_url, reference }: SetupRow): string {
  const url = new URL(return_url);
  url.searchParams.set('setup_id', reference);
  return url.href;
}

function renderSetup(sandbox: Sandbox, setup: SetupRow, baseUrl: string): object {
  const { id, account, reference, status, failure_code, method_id } = setup;
  const method = method_id === null ? undefined : findMethod(sandbox, account, method_id);
  const rendered = method === undefined ? null : renderMethod(method);
  return { id, account, reference, status, failure_code, method: rendered, url: `${baseUrl}/setups/${id}` };
}

function setupPage({ status, failure_code }: SetupRow): string {
  const cards = Object.entries(testTokens).map(
    ([token, { brand, last4 }]) =>
      `<li><button name="token" value="${token}">${brand} ·· ${last4}</button> <code>${token}</code></li>`,
  );
  const form = `<form method="post"><ul>${cards.join('')}</ul><button name="result" value="canceled">Cancel</button></form>`;
  const done = `<p>This setup is ${status}${failure_code === null ? '' : ` (${failure_code})`}.</p>`;
  const body = status === 'open' ? `<p>Which card shall be charged?</p>${form}` : done;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Choose a test card</title><h1>Sandbox bank</h1>${body}</html>`;
}
