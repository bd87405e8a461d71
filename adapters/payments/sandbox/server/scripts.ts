import { z } from 'zod';
import { type Behaviour, parseBehaviour } from '../behaviour.ts';
import type { SandboxStore } from './open-store.ts';
import type { Sandbox } from './sandbox.ts';
import { answer, type Reply, read, text, type WireRequest } from './wire.ts';

export interface ChargeTarget {
  account: string;
  token: string;
  methodId: string;
}

interface ScriptLine {
  seq: number;
  account: string | null;
  token: string | null;
  methodId: string | null;
  behaviour: Behaviour;
}

export interface Scripts {
  add: (line: Omit<ScriptLine, 'seq'> & { behave: string }) => void;
  /** The oldest line that matches the charge, used up by it. */
  take: (target: ChargeTarget) => Behaviour | null;
}

/** Lines are kept in memory as well as in the store: a charge without a script costs no query. */
export function createScripts({ sql }: SandboxStore): Scripts {
  const lines: ScriptLine[] = sql.all`SELECT seq, account, token, method_id, behave FROM scripts ORDER BY seq`.map(
    (row) => ({
      seq: Number(row.seq),
      account: row.account as string | null,
      token: row.token as string | null,
      methodId: row.method_id as string | null,
      behaviour: parseBehaviour(String(row.behave)) ?? { kind: 'ok' },
    }),
  );
  return {
    add({ account, token, methodId, behave, behaviour }) {
      const { lastInsertRowid } = sql.run`INSERT INTO scripts (account, token, method_id, behave)
        VALUES (${account}, ${token}, ${methodId}, ${behave})`;
      lines.push({ seq: Number(lastInsertRowid), account, token, methodId, behaviour });
    },
    take(target) {
      const index = lines.findIndex((line) => matches(line, target));
      const line = lines[index];
      if (line === undefined) return null;
      sql.run`DELETE FROM scripts WHERE seq = ${line.seq}`;
      lines.splice(index, 1);
      return line.behaviour;
    },
  };
}

function matches(line: ScriptLine, target: ChargeTarget): boolean {
  return (
    (line.account === null || line.account === target.account) &&
    (line.token === null || line.token === target.token) &&
    (line.methodId === null || line.methodId === target.methodId)
  );
}

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
