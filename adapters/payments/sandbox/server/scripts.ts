import { type Behaviour, parseBehaviour } from '../behaviour.ts';
import type { SandboxStore } from './open-store.ts';

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
