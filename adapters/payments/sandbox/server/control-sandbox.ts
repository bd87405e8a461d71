import { z } from 'zod';
import { emitEvent } from './emit-event.ts';
import { type Operation, operations } from './odds.ts';
import type { Sandbox } from './sandbox.ts';
import { parserOf } from './scripts.ts';
import { answer, type Reply, read, requireQuery, text, WireRefusal, type WireRequest } from './wire.ts';

const operation = z.enum(operations).default('charge');
const scriptBody = z.strictObject({
  operation,
  account: text.optional(),
  token: text.optional(),
  method_id: text.optional(),
  next: z
    .array(z.strictObject({ behave: z.string() }))
    .min(1)
    .max(1000),
});

/**
 * `POST /control/script`: the next matching charges (or refunds, or events) behave as listed, one each, before their odds and
 * their token's own rule apply again.
 */
export function addScript(sandbox: Sandbox, request: WireRequest): Reply {
  const body = read(scriptBody, request.body);
  const { account = null, token = null, method_id: methodId = null } = body;
  for (const { behave } of body.next) refuseUnreadable(body.operation, behave);
  sandbox.transaction(() => {
    for (const { behave } of body.next) {
      sandbox.scripts.add({ operation: body.operation, account, token, methodId, behave });
    }
  });
  return answer(200, { scripted: body.next.length });
}

/** `GET /control/script?account=`: what no call has used up yet. */
export function listScript(sandbox: Sandbox, request: WireRequest): Reply {
  return answer(200, { next: sandbox.scripts.left(requireQuery(request, 'account')) });
}

const oddsBody = z.strictObject({
  operation,
  account: text.optional(),
  seed: z.int().min(0),
  probabilities: z.record(z.string(), z.number().min(0).max(1)),
});

/** `POST /control/odds`: from now on this share behaves so, by draws that the seed repeats; no probabilities take the rule back. */
export function setOdds(sandbox: Sandbox, request: WireRequest): Reply {
  const body = read(oddsBody, request.body);
  const shares = body.probabilities;
  for (const behave of Object.keys(shares)) refuseUnreadable(body.operation, behave);
  const sum = Object.values(shares).reduce((total, share) => total + share, 0);
  if (sum > 1 + 1e-9) throw new WireRefusal(400, 'invalid_request', 'probabilities: their sum is over 1');
  const { account = null, seed } = body;
  sandbox.transaction(() => sandbox.scripts.setOdds({ operation: body.operation, account, seed, shares }));
  return answer(200, { seed, probabilities: shares });
}

function refuseUnreadable(of: Operation, behave: string): void {
  if (parserOf(of)(behave) === null) throw new WireRefusal(400, 'invalid_request', `unknown behaviour: ${behave}`);
}

const clockBody = z.strictObject({ offset_ms: z.int() });

export function setClock(sandbox: Sandbox, request: WireRequest): Reply {
  sandbox.setClockOffset(read(clockBody, request.body).offset_ms);
  return answer(200, { now: new Date(sandbox.now()).toISOString() });
}

const eventBody = z.strictObject({ account: text, type: text, data: z.record(z.string(), z.unknown()).default({}) });

/** `POST /control/events`: an event of any type, for what a provider thinks of next year. */
export async function tellEvent(sandbox: Sandbox, request: WireRequest): Promise<Reply> {
  const { account, type, data } = read(eventBody, request.body);
  const emitted = sandbox.transaction(() => emitEvent(sandbox, { ...data, type, account }));
  await emitted.arrived();
  return answer(201, { id: emitted.id });
}
