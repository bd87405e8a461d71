import { hash } from 'node:crypto';
import type { SandboxStore } from './open-store.ts';

export const operations = ['charge', 'refund', 'webhook'] as const;
export type Operation = (typeof operations)[number];

export interface OddsRule {
  operation: Operation;
  /** Null: every account that has no rule of its own. */
  account: string | null;
  seed: number;
  /** Behaviour → its share of all draws; what is missing to 1 behaves as if there were no rule. */
  shares: Readonly<Record<string, number>>;
}

export interface Odds {
  /** Starts its draws anew; a rule without shares is removed. */
  set: (rule: OddsRule) => void;
  draw: (operation: Operation, account: string) => string | null;
}

/** The n-th draw of a seed is always the same, also after a restart. */
export function createOdds({ sql }: SandboxStore): Odds {
  const key = (operation: Operation, account: string): string => `${operation}\n${account}`;
  const rules = new Map<string, OddsRule & { drawn: number }>();
  for (const row of sql.all`SELECT operation, account, seed, shares, drawn FROM odds`) {
    const rule = { operation: row.operation as Operation, account: String(row.account) || null };
    const more = { seed: Number(row.seed), shares: JSON.parse(String(row.shares)), drawn: Number(row.drawn) };
    rules.set(key(rule.operation, rule.account ?? ''), { ...rule, ...more });
  }
  return {
    set({ operation, account, seed, shares }) {
      const name = account ?? '';
      sql.run`DELETE FROM odds WHERE operation = ${operation} AND account = ${name}`;
      rules.delete(key(operation, name));
      if (Object.keys(shares).length === 0) return;
      sql.run`INSERT INTO odds (operation, account, seed, shares)
        VALUES (${operation}, ${name}, ${seed}, ${JSON.stringify(shares)})`;
      rules.set(key(operation, name), { operation, account, seed, shares, drawn: 0 });
    },
    draw(operation, account) {
      const rule = rules.get(key(operation, account)) ?? rules.get(key(operation, ''));
      if (rule === undefined) return null;
      rule.drawn += 1;
      sql.run`UPDATE odds SET drawn = ${rule.drawn} WHERE operation = ${operation} AND account = ${rule.account ?? ''}`;
      return pick(rule.shares, fractionOf(rule.seed, rule.drawn));
    },
  };
}

/** Uniform in [0, 1). */
function fractionOf(seed: number, draw: number): number {
  return Number.parseInt(hash('sha256', `${seed}:${draw}`).slice(0, 12), 16) / 2 ** 48;
}

function pick(shares: Readonly<Record<string, number>>, fraction: number): string | null {
  let upTo = 0;
  for (const [behave, share] of Object.entries(shares)) {
    upTo += share;
    if (fraction < upTo) return behave;
  }
  return null;
}
