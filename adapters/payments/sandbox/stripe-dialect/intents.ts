import { z } from 'zod';
import { type ChargeRow, findCharge } from '../server/read-charges.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply } from '../server/wire.ts';
import { announce } from './events.ts';
import { intentExtra, renderIntent } from './render-intent.ts';
import { updateObject } from './stripe-store.ts';
import {
  answerOnce,
  expands,
  invalid,
  listOf,
  missing,
  pageQuery,
  readParams,
  type StripeAnswer,
  type StripeCall,
  text,
  whole,
} from './stripe-wire.ts';

const searchLagMs = 60_000;

/** Stripe names one event for each state an intent comes to. */
export function announceIntent(sandbox: Sandbox, charge: Omit<ChargeRow, 'seq'>, baseUrl?: string): void {
  const { confirmedOnSession } = intentExtra(sandbox, charge);
  const types: Record<ChargeRow['status'], string> = {
    succeeded: 'payment_intent.succeeded',
    declined: 'payment_intent.payment_failed',
    requires_action: confirmedOnSession ? 'payment_intent.requires_action' : 'payment_intent.payment_failed',
    pending: 'payment_intent.processing',
    canceled: 'payment_intent.canceled',
  };
  const object = renderIntent(sandbox, charge, baseUrl === undefined ? {} : { baseUrl });
  announce(sandbox, { account: charge.account, type: types[charge.status], object });
}

export function requireCharge(sandbox: Sandbox, id: string): ChargeRow {
  const charge = findCharge(sandbox, id);
  if (charge === undefined) throw new Error(`charge ${id} is gone`);
  return charge;
}

export function findIntent(sandbox: Sandbox, account: string, id: string, param = 'intent'): ChargeRow {
  const charge = findCharge(sandbox, id);
  if (charge === undefined || charge.account !== account) throw missing('payment_intent', id, param);
  return charge;
}

export function getIntent(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const charge = findIntent(sandbox, call.account, call.params[0] ?? '');
  const expandCharge = expands(call.query, 'latest_charge');
  return answer(200, renderIntent(sandbox, charge, { baseUrl: call.baseUrl, expandCharge }));
}

const confirmBody = { payment_method: text, off_session: z.literal('false'), return_url: z.url() };

/** `POST /v1/payment_intents/{id}/confirm` with the customer at hand: the bank's page becomes reachable. */
export function confirmIntent(sandbox: Sandbox, call: StripeCall): Reply {
  const body = readParams(confirmBody, call.body);
  return answerOnce(sandbox, call, () => {
    const charge = findIntent(sandbox, call.account, call.params[0] ?? '');
    const extra = intentExtra(sandbox, charge);
    if (charge.status !== 'requires_action' || extra.confirmedOnSession) throw unexpectedState(sandbox, charge);
    const confirmed = { ...extra, confirmedOnSession: true, returnUrl: body.return_url };
    updateObject(sandbox, { account: call.account, kind: 'payment_intent', id: charge.id }, confirmed);
    announceIntent(sandbox, charge, call.baseUrl);
    return answer(200, renderIntent(sandbox, charge, { baseUrl: call.baseUrl }));
  });
}

/** `POST /v1/payment_intents/{id}/cancel`: what is decided, or canceled already, is in an unexpected state. */
export function cancelIntent(sandbox: Sandbox, call: StripeCall): Reply {
  return answerOnce(sandbox, call, () => {
    const charge = findIntent(sandbox, call.account, call.params[0] ?? '');
    if (charge.status === 'succeeded' || charge.status === 'canceled') throw unexpectedState(sandbox, charge);
    sandbox.sql.run`UPDATE charges SET status = 'canceled', message = 'The charge was canceled.', decide_at = NULL
      WHERE id = ${charge.id}`;
    const canceled = findIntent(sandbox, call.account, charge.id);
    announceIntent(sandbox, canceled);
    return answer(200, renderIntent(sandbox, canceled));
  });
}

function unexpectedState(sandbox: Sandbox, charge: ChargeRow): Error {
  const intent = renderIntent(sandbox, charge);
  const message = `This PaymentIntent's status is ${charge.status}.`;
  return invalid(message, { code: 'payment_intent_unexpected_state', payment_intent: intent });
}

const listQuery = {
  ...pageQuery,
  created: z.strictObject({ gte: whole.optional(), lte: whole.optional() }).default({}),
};

/** `GET /v1/payment_intents`, newest first; a page before an intent is the one next to it. */
export function listIntents(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const { limit, created, starting_after: after, ending_before: before } = readParams(listQuery, call.query);
  const { account } = call;
  const from = (created.gte ?? 0) * 1000;
  const to = created.lte === undefined ? Number.MAX_SAFE_INTEGER : created.lte * 1000 + 999;
  const rows =
    before === undefined
      ? sandbox.sql.all`SELECT * FROM charges WHERE account = ${account} AND created_at BETWEEN ${from} AND ${to}
          AND seq < ${seqOf(sandbox, account, after) ?? Number.MAX_SAFE_INTEGER} ORDER BY seq DESC LIMIT ${limit + 1}`
      : sandbox.sql.all`SELECT * FROM charges WHERE account = ${account} AND created_at BETWEEN ${from} AND ${to}
          AND seq > ${seqOf(sandbox, account, before) ?? 0} ORDER BY seq LIMIT ${limit + 1}`;
  const page = (rows as unknown as ChargeRow[]).slice(0, limit);
  if (before !== undefined) page.reverse();
  return listOf('/v1/payment_intents', render(sandbox, call, page), rows.length > limit);
}

function seqOf(sandbox: Sandbox, account: string, id: string | undefined): number | undefined {
  return id === undefined ? undefined : findIntent(sandbox, account, id, 'cursor').seq;
}

/** `GET /v1/payment_intents/search` by metadata; what is younger than a minute is not in the index yet. */
export function searchIntents(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const { query } = readParams({ query: text, limit: pageQuery.limit, page: text.optional() }, call.query);
  const wanted = readSearch(query);
  const rows = sandbox.sql.all`SELECT * FROM charges WHERE account = ${call.account}
    AND reference = ${wanted['attempt_id'] ?? ''} AND created_at <= ${sandbox.now() - searchLagMs} ORDER BY seq DESC`;
  const found = (rows as unknown as ChargeRow[]).filter((charge) =>
    matches(intentExtra(sandbox, charge).metadata, wanted),
  );
  const data = render(sandbox, call, found);
  return answer(200, { object: 'search_result', url: '/v1/payment_intents/search', has_more: false, data });
}

function render(sandbox: Sandbox, call: StripeCall, charges: readonly ChargeRow[]): object[] {
  const expandCharge = expands(call.query, 'data.latest_charge');
  return charges.map((charge) => renderIntent(sandbox, charge, { baseUrl: call.baseUrl, expandCharge }));
}

/** The one form of query spoken here: `metadata['a']:'x' AND metadata['b']:'y'`. */
export function readSearch(query: string): Record<string, string> {
  const clause = /^metadata\['([^']{1,40})'\]:'((?:[^'\\]|\\.)*)'$/;
  const clauses = query.split(' AND ').map((part) => clause.exec(part));
  if (clauses.some((found) => found === null)) throw invalid('The query is not understood.', { param: 'query' });
  return Object.fromEntries(clauses.map((found) => [found?.[1], found?.[2]?.replaceAll(/\\(.)/g, '$1')]));
}

export function matches(metadata: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, value]) => metadata[name] === value);
}
