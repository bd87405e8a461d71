import { type Behaviour, parseBehaviour } from '../behaviour.ts';
import { type Delivery, parseDelivery } from '../delivery.ts';
import { parseRefundBehaviour, type RefundBehaviour } from '../refund-behaviour.ts';
import { createOdds, type Odds, type Operation } from './odds.ts';
import type { SandboxStore } from './open-store.ts';

export interface ChargeTarget {
  account: string;
  token: string;
  methodId: string;
}

interface ScriptLine {
  seq: number;
  operation: Operation;
  account: string | null;
  token: string | null;
  methodId: string | null;
  behave: string;
}

export interface Scripts {
  /** `behave` passed the parser of its operation. */
  add: (line: Omit<ScriptLine, 'seq'>) => void;
  /** Of this account, and used up by nothing yet; oldest first. */
  left: (account: string) => { operation: Operation; behave: string }[];
  setOdds: Odds['set'];
  /** The oldest line that matches the charge, used up by it; else what the odds say. */
  take: (target: ChargeTarget) => Behaviour | null;
  /** The same for a refund of a charge of that method. */
  takeRefund: (target: ChargeTarget) => RefundBehaviour | null;
  /** The same for an event; null where nothing was said about this account's events. */
  takeDelivery: (account: string) => Delivery | null;
}

export function parserOf(operation: Operation): (text: string) => object | null {
  if (operation === 'charge') return parseBehaviour;
  return operation === 'refund' ? parseRefundBehaviour : parseDelivery;
}

/** Lines are kept in memory as well as in the store: a charge without a script costs no query. */
export function createScripts(store: SandboxStore): Scripts {
  const { sql } = store;
  const odds = createOdds(store);
  const rows = sql.all`SELECT seq, operation, account, token, method_id, behave FROM scripts ORDER BY seq`;
  const lines: ScriptLine[] = rows.map((row) => ({
    seq: Number(row.seq),
    operation: row.operation as Operation,
    account: row.account as string | null,
    token: row.token as string | null,
    methodId: row.method_id as string | null,
    behave: String(row.behave),
  }));

  function next(operation: Operation, target: Partial<ChargeTarget> & { account: string }): string | null {
    const index = lines.findIndex((line) => line.operation === operation && matches(line, target));
    const line = lines[index];
    if (line === undefined) return odds.draw(operation, target.account);
    sql.run`DELETE FROM scripts WHERE seq = ${line.seq}`;
    lines.splice(index, 1);
    return line.behave;
  }

  return {
    add({ operation, account, token, methodId, behave }) {
      const { lastInsertRowid } = sql.run`INSERT INTO scripts (operation, account, token, method_id, behave)
        VALUES (${operation}, ${account}, ${token}, ${methodId}, ${behave})`;
      lines.push({ seq: Number(lastInsertRowid), operation, account, token, methodId, behave });
    },
    left: (account) =>
      lines.filter((line) => line.account === account).map(({ operation, behave }) => ({ operation, behave })),
    setOdds: odds.set,
    take: (target) => parseBehaviour(next('charge', target) ?? ''),
    takeRefund: (target) => parseRefundBehaviour(next('refund', target) ?? ''),
    takeDelivery: (account) => parseDelivery(next('webhook', { account }) ?? ''),
  };
}

function matches(line: ScriptLine, target: Partial<ChargeTarget> & { account: string }): boolean {
  return (
    (line.account === null || line.account === target.account) &&
    (line.token === null || line.token === target.token) &&
    (line.methodId === null || line.methodId === target.methodId)
  );
}
