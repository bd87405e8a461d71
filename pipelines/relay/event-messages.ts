import type { OutgoingMessage } from '../../adapters/events/port.ts';
import { type Envelope, envelopeSchema } from '../../contracts/events/envelope.ts';
import { type EventData, eventRegistry, isTopic, type Topic } from '../../contracts/events/index.ts';
import { factToWire, type ProviderFactInCode } from '../../contracts/events/provider-fact.ts';
import type { InboxRow, OutboxRow } from '../../db/queries/unpublished.ts';
import { toIso } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';

/** Below what a broker takes by default, with room for headers. */
const valueBytesMax = 700_000;

export type Checked =
  | { kind: 'valid'; message: OutgoingMessage }
  | { kind: 'invalid'; message: OutgoingMessage; reason: string };

/** The message of an outbox row, held against the registry before anybody else can see it. */
export function checkOutboxRow(row: OutboxRow): Checked {
  const message = { topic: row.topic, key: row.messageKey, value: JSON.stringify(row.envelope) };
  const reason = complaintAbout(row);
  if (reason !== null) return { kind: 'invalid', message, reason };
  if (Buffer.byteLength(message.value) <= valueBytesMax) return { kind: 'valid', message };
  const value = JSON.stringify({ ...(row.envelope as Envelope), data: null });
  return { kind: 'invalid', message: { ...message, value }, reason: `the message exceeds ${valueBytesMax} bytes` };
}

function complaintAbout(row: OutboxRow): string | null {
  if (!isTopic(row.topic)) return `unknown topic ${row.topic}`;
  const envelope = envelopeSchema.safeParse(row.envelope);
  if (!envelope.success) return `envelope: ${describe(envelope.error.issues)}`;
  const { id, type, tenant_id: tenantId } = envelope.data;
  if (id !== row.id || type !== row.topic || tenantId !== row.tenantId) return 'the envelope is not the one of its row';
  const data = eventRegistry[row.topic].safeParse(envelope.data.data);
  return data.success ? null : `data: ${describe(data.error.issues)}`;
}

/** Paths and rules only: values may be personal data. */
function describe(issues: readonly { path: PropertyKey[]; code?: string }[]): string {
  return issues.map(({ path, code }) => `${path.map(String).join('.') || '(root)'} ${code ?? 'invalid'}`).join('; ');
}

/** The same id at every publishing: a consumer recognises the notification it has already handled. */
export function messageOfInboxRow(row: InboxRow): OutgoingMessage {
  const topic: Topic = 'webhooks.received';
  const data: EventData<typeof topic> = {
    inbox_id: row.id,
    provider: row.provider,
    endpoint: row.endpoint,
    provider_event_id: row.providerEventId,
    attempt_id: row.attemptId,
    event_type: row.eventType,
    fact: row.fact && factToWire(row.fact),
  };
  const envelope: Envelope = {
    id: row.id,
    type: topic,
    version: 1,
    tenant_id: row.tenantId,
    subscription_id: null,
    sequence: null,
    occurred_at: toIso(row.receivedAt),
    origin: 'webhook',
    data,
  };
  return { topic, key: row.attemptId ?? subjectOf(row.fact) ?? row.id, value: JSON.stringify(envelope) };
}

/** What is about one thing at the provider is handled one after the other. */
function subjectOf(fact: ProviderFactInCode | null): string | null {
  switch (fact?.kind) {
    case 'charge_updated':
      return fact.attemptId ?? fact.providerChargeId;
    case 'refund_updated':
      return fact.refundId ?? fact.providerRefundId;
    case 'dispute_updated':
      return fact.dispute.providerDisputeId;
    case 'setup_updated':
      return fact.setupId ?? fact.providerSetupId;
    case undefined:
      return null;
    default:
      return assertNever(fact);
  }
}
