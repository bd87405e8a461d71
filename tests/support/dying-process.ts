import type { BillingContext } from '../../billing/context.ts';

/** A process that is gone once it has begun so many transactions: what they say is committed, and nothing it does afterwards arrives. */
export function dyingProcess(context: BillingContext, transactions: number): BillingContext {
  let left = transactions;
  const gone = () => new Error('this process is gone');
  const sql = new Proxy(context.database.sql, {
    apply: (target, self, args) => {
      if (left === 0) throw gone();
      return Reflect.apply(target, self, args);
    },
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (name !== 'begin') return value;
      return (...args: unknown[]) => {
        if (left === 0) throw gone();
        left -= 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { ...context, database: { ...context.database, sql }, sendIntents: () => undefined };
}
