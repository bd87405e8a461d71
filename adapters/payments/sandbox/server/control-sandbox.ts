import { z } from 'zod';
import { parseBehaviour } from '../behaviour.ts';
import type { Sandbox } from './sandbox.ts';
import { answer, type Reply, read, text, type WireRequest } from './wire.ts';

const behave = z.string().refine((value) => parseBehaviour(value) !== null, 'unknown behaviour');
const scriptBody = z.strictObject({
  account: text.optional(),
  token: text.optional(),
  method_id: text.optional(),
  next: z.array(z.strictObject({ behave })).min(1).max(1000),
});

/** `POST /control/script`: the next matching charges behave as listed, one each, before their token's own rule applies again. */
export function addScript(sandbox: Sandbox, request: WireRequest): Reply {
  const body = read(scriptBody, request.body);
  sandbox.transaction(() => {
    for (const line of body.next) {
      const behaviour = parseBehaviour(line.behave);
      if (behaviour === null) throw new Error(`behaviour ${line.behave} passed its check and cannot be read`);
      const { account = null, token = null, method_id: methodId = null } = body;
      sandbox.scripts.add({ account, token, methodId, behave: line.behave, behaviour });
    }
  });
  return answer(200, { scripted: body.next.length });
}

const clockBody = z.strictObject({ offset_ms: z.int() });

export function setClock(sandbox: Sandbox, request: WireRequest): Reply {
  sandbox.setClockOffset(read(clockBody, request.body).offset_ms);
  return answer(200, { now: new Date(sandbox.now()).toISOString() });
}
