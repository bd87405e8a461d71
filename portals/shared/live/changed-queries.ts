import type { components } from '../../../contracts/generated/rest.gen.ts';

export type Change = components['schemas']['LiveChanges']['changes'][number];
type Kind = Change['kind'];

/** What a query's key begins with, by the kind that changes it: of one by its id, and lists of many. */
const queriesOf: Partial<Record<Kind, { one?: readonly string[]; many?: readonly string[] }>> = {
  subscription: {
    one: ['subscription', 'timeline', 'forecast', 'preview', 'suppose', 'workflow', 'billing-runs', 'event'],
    many: ['subscriptions', 'reports'],
  },
  payment: {
    one: ['payment', 'admin-payment'],
    many: [
      ...['payments', 'admin-payments', 'asked-refunds', 'undecided-attempts', 'retryable-payment'],
      ...['billing-runs', 'reports'],
    ],
  },
  invoice: { one: ['invoice', 'credit-notes'], many: ['invoices', 'billing-runs'] },
  refund: { many: ['refunds', 'payment', 'payments', 'admin-payment', 'admin-payments', 'credit-notes'] },
  refund_request: { many: ['refund-requests', 'reports'] },
  dispute: { one: ['dispute'], many: ['disputes', 'reports'] },
  webhook: { one: ['webhook'], many: ['webhooks', 'billing-runs', 'reports'] },
  customer: { one: ['customer'], many: ['customers'] },
  payment_method: { many: ['methods', 'customer', 'customers'] },
  plan: { one: ['plan'], many: ['plans'] },
  test_clock: { many: ['clock', 'reports'] },
  user: { one: ['user'] },
};

/** Of nobody's business, or of what is told otherwise. */
const untouched: ReadonlySet<string> = new Set(['session', 'tenants', 'method-providers', 'method-setup']);
/** Pages ask for these as often as they say: what settles behind them (look-ups, notifications) has neither event nor audit. */
const looked: ReadonlySet<string> = new Set([
  ...['clock', 'webhook', 'webhooks', 'undecided-attempts', 'admin-payment', 'refunds', 'asked-refunds', 'reports'],
  'billing-runs',
]);
const known = new Set(Object.values(queriesOf).flatMap(({ one = [], many = [] }) => [...one, ...many]));

/** Whether a change is told of what this query shows: what is not, is looked at as often as its page says. */
export function isTold(key: readonly unknown[]): boolean {
  const [name] = key;
  return typeof name === 'string' && !looked.has(name) && !untouched.has(name);
}

/** Whether what the query shows may be old after this change. A query of a name nobody thought of is old after any. */
export function isChangedBy(key: readonly unknown[], { kind, id }: Change): boolean {
  const [name, of] = key;
  if (typeof name !== 'string' || untouched.has(name)) return false;
  if (!known.has(name)) return true;
  const { one = [], many = [] } = queriesOf[kind] ?? {};
  return many.includes(name) || (one.includes(name) && (id === null || id === of));
}
