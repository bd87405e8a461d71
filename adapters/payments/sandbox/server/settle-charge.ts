import { z } from 'zod';
import { type Decision, declined, succeeded } from '../behaviour.ts';
import { emitEvent, type SandboxEvent } from './emit-event.ts';
import { type ChargeRow, findCharge, renderCharge } from './read-charges.ts';
import type { Sandbox } from './sandbox.ts';
import { answer, type Reply, read, redirectTo, refuse, text, type WireRequest } from './wire.ts';

const resultBody = z.object({ result: z.enum(['succeeded', 'failed']) });
const cancelBody = z.strictObject({ account: text });

/** `GET /actions/{id}`: what the customer sees; the two buttons stand for the bank's confirmation page. */
export function showAction(sandbox: Sandbox, request: WireRequest): Reply {
  const charge = findCharge(sandbox, request.params[0] ?? '');
  if (charge === undefined) return refuse(404, 'unknown_action', 'No such action');
  return { kind: 'page', html: actionPage(charge) };
}

/** `POST /actions/{id}` with `result` in the query, a form or JSON; repeating the decision is harmless, reversing it is refused. A person goes back to where the charge's `return_url` says. */
export async function decideAction(sandbox: Sandbox, request: WireRequest): Promise<Reply> {
  const fromQuery = request.query.get('result');
  const { result } = read(resultBody, fromQuery === null ? request.body : { result: fromQuery });
  const decision = result === 'succeeded' ? succeeded : declined('authentication_failed');
  const charge = findCharge(sandbox, request.params[0] ?? '');
  if (charge === undefined) return refuse(404, 'unknown_action', 'No such action');
  if (charge.status === 'requires_action') await settle(sandbox, charge, decision);
  else if (charge.status !== decision.status) return alreadyDecided(charge, request);
  const decided = findCharge(sandbox, charge.id) ?? charge;
  if (request.wantsHtml && decided.return_url !== null) return redirectTo(decided.return_url);
  if (request.wantsHtml) return { kind: 'page', html: actionPage(decided) };
  return answer(200, renderCharge(decided, request.baseUrl));
}

/** `POST /v1/charges/{id}/cancel`: an open charge can capture no more; one that is decided answers 409 with its result. */
export function cancelCharge(sandbox: Sandbox, request: WireRequest): Reply {
  const { account } = read(cancelBody, request.body);
  const charge = findCharge(sandbox, request.params[0] ?? '');
  if (charge === undefined || charge.account !== account) return refuse(404, 'unknown_charge', 'No such charge');
  if (charge.status === 'succeeded' || charge.status === 'declined') return alreadyDecided(charge, request);
  sandbox.sql.run`UPDATE charges SET status = 'canceled', message = 'The charge was canceled.', decide_at = NULL
    WHERE id = ${charge.id}`;
  return answer(200, renderCharge(findCharge(sandbox, charge.id) ?? charge, request.baseUrl));
}

/** Pending charges whose time has come succeed, each with its event. */
export async function settlePending(sandbox: Sandbox, nowMs: number): Promise<void> {
  const due = sandbox.sql.all`SELECT * FROM charges WHERE decide_at <= ${nowMs} LIMIT 100` as unknown as ChargeRow[];
  for (const charge of due) await settle(sandbox, charge, succeeded);
}

/** The event commits with the decision it tells of, so that neither exists alone after a crash. */
async function settle(sandbox: Sandbox, charge: ChargeRow, decision: Decision): Promise<void> {
  const { status, declineCode, message } = decision;
  const emitted = sandbox.transaction(() => {
    sandbox.sql
      .run`UPDATE charges SET status = ${status}, decline_code = ${declineCode}, message = ${message}, decide_at = NULL
      WHERE id = ${charge.id}`;
    const dialect = sandbox.dialects.find(({ charges }) => charges && charge.account.startsWith(charges.accountPrefix));
    if (!dialect?.charges) return emitEvent(sandbox, chargeUpdated({ ...charge, status }));
    dialect.charges.announce(charge.id);
    return null;
  });
  if (emitted === null) sandbox.wake();
  else await emitted.arrived();
}

export function chargeUpdated(charge: Omit<ChargeRow, 'seq'>): SandboxEvent {
  const { account, reference, id: charge_id, status, amount, currency } = charge;
  return { type: 'charge.updated', account, reference, charge_id, status, amount, currency };
}

function alreadyDecided(charge: ChargeRow, request: WireRequest): Reply {
  return refuse(409, 'already_decided', `This charge is ${charge.status}`, {
    charge: renderCharge(charge, request.baseUrl),
  });
}

function actionPage({ status, amount, currency }: ChargeRow): string {
  const choice = (result: string, label: string): string =>
    `<form method="post" action="?result=${result}"><button>${label}</button></form>`;
  const body =
    status === 'requires_action'
      ? `<p>Confirm a charge of ${amount} minor units of ${currency}?</p>${choice('succeeded', 'Confirm')}${choice('failed', 'Refuse')}`
      : `<p>This charge is ${status.replaceAll('_', ' ')}.</p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Confirm the charge</title><h1>Sandbox bank</h1>${body}</html>`;
}
