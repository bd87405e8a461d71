import type { Change } from '../../adapters/live/port.ts';
import type { Envelope } from '../../contracts/events/envelope.ts';
import type { ChangeKind } from '../../contracts/rest/live.ts';

/** Where the data of an event names what it is about. */
const paths: readonly [ChangeKind, ...string[]][] = [
  ['payment', 'payment', 'payment_id'],
  ['payment', 'payment_id'],
  ['invoice', 'payment', 'invoice_id'],
  ['invoice', 'invoice', 'invoice_id'],
  ['invoice', 'invoice_id'],
  ['refund', 'refund_id'],
  ['dispute', 'dispute_id'],
];

/** Whatever a fact is about has changed. Words to people and providers' notifications change nothing anybody reads by themselves. */
export function changesOfEvent({ type, subscription_id: id, data }: Envelope): Change[] {
  if (type === 'notifications.requested' || type === 'webhooks.received') return [];
  const named = paths.flatMap(([kind, ...path]) => {
    const found = path.reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], data);
    return typeof found === 'string' ? [{ kind, id: found }] : [];
  });
  return typeof id === 'string' ? [{ kind: 'subscription', id }, ...named] : named;
}
