import type { Sandbox } from '../server/sandbox.ts';
import { customAccountOf } from './custom-accounts.ts';

interface TimedEvent {
  type: string;
  account: string;
  timestamp: string;
  [more: string]: unknown;
}

/** The event as its account hears of it: as it is, or in the words of the custom protocol; null where that has no word for it. */
export function notificationOf(sandbox: Sandbox, event: TimedEvent): object | null {
  if (customAccountOf(sandbox, event.account) === null) return event;
  const eventType = eventTypeOf(event);
  if (eventType === null) return null;
  const { amount = 0, currency = 'XXX', timestamp } = event;
  const chargeId = typeof event['charge_id'] === 'string' ? event['charge_id'] : '';
  const charge = sandbox.sql.get`SELECT reference, subscription FROM charges WHERE id = ${chargeId}`;
  const payload = { ...payloadOf(event), attempt_id: charge?.reference ?? null, charge_id: chargeId || null };
  return { event_type: eventType, subscription_id: charge?.subscription ?? null, amount, currency, timestamp, payload };
}

function eventTypeOf({ type, status }: TimedEvent): string | null {
  if (type.startsWith('dispute.')) return 'chargeback';
  if (type === 'charge.updated' && status === 'succeeded') return 'payment_succeeded';
  if (type === 'charge.updated' && status === 'declined') return 'payment_failed';
  if (type === 'refund.updated' && status === 'succeeded') return 'refund_succeeded';
  if (type === 'refund.updated' && status === 'failed') return 'refund_failed';
  return type === 'charge.updated' || type === 'refund.updated' || type === 'setup.completed' ? null : type;
}

function payloadOf(event: TimedEvent): object {
  if (event.type === 'refund.updated') {
    return { refund_id: event['reference'], provider_refund_id: event['refund_id'] };
  }
  if (!event.type.startsWith('dispute.')) return {};
  const { dispute_id: id, status, reason, opened_at, evidence_due_at } = event;
  return { dispute: { id, status, reason, opened_at, evidence_due_at } };
}
