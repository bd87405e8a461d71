import { z } from 'zod';
import type { ProviderEvent, ProviderFact } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { disputeOf } from './map-dispute.ts';

const eventBody = z.object({
  id: z.string().min(1),
  event_type: z.string().min(1),
  create_time: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'no instant'),
  resource: z.looseObject({}).default({}),
});

const payee = z.object({ merchant_id: z.string().optional() });
const text = z.string().min(1).optional();

/** A capture, a refund, an order or a vaulted token: what of each the platform reads. */
const resourceBody = z.object({
  id: text,
  custom_id: text,
  order_id: text,
  payee: payee.optional(),
  supplementary_data: z.object({ related_ids: z.object({ order_id: text }).optional() }).optional(),
  purchase_units: z.array(z.object({ custom_id: text, payee: payee.optional() })).optional(),
  customer: z.object({ merchant_customer_id: text }).optional(),
});

type Resource = z.output<typeof resourceBody>;

export function parseEventText(rawBody: Uint8Array): ProviderEvent {
  try {
    return parseEvent(JSON.parse(Buffer.from(rawBody).toString('utf8')));
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError('rejected', 'bad_payload', { cause: error });
  }
}

export function parseEvent(input: unknown): ProviderEvent {
  const event = eventBody.safeParse(input);
  const resource = resourceBody.safeParse(event.data?.resource);
  if (!event.success || !resource.success) {
    throw new ProviderError('rejected', 'bad_payload', { cause: event.error ?? resource.error });
  }
  const { id: eventId, event_type: type, create_time } = event.data;
  const { payee: owner, purchase_units: units } = resource.data;
  const accountRef = owner?.merchant_id ?? units?.[0]?.payee?.merchant_id ?? null;
  const fact = factOf(type, resource.data, event.data.resource);
  return { eventId, type, accountRef, fact, occurredAt: new Date(create_time) };
}

/** Null where the platform has no use for the event, and where it is about something that was not begun here. */
function factOf(type: string, resource: Resource, whole: object): ProviderFact | null {
  const { id = null, custom_id: customId = null } = resource;
  if (type === 'PAYMENT.CAPTURE.REFUNDED' || type.startsWith('PAYMENT.REFUND.')) {
    return known({ kind: 'refund_updated', refundId: customId, providerRefundId: id }, customId ?? id);
  }
  if (type.startsWith('PAYMENT.CAPTURE.')) {
    const orderId = resource.supplementary_data?.related_ids?.order_id ?? null;
    return known({ kind: 'charge_updated', attemptId: customId, providerChargeId: orderId }, customId ?? orderId);
  }
  if (type.startsWith('CHECKOUT.ORDER.')) {
    const attemptId = resource.purchase_units?.[0]?.custom_id ?? null;
    return known({ kind: 'charge_updated', attemptId, providerChargeId: id }, attemptId ?? id);
  }
  if (type === 'CHECKOUT.PAYMENT-APPROVAL.REVERSED') {
    const orderId = resource.order_id ?? null;
    return known({ kind: 'charge_updated', attemptId: null, providerChargeId: orderId }, orderId);
  }
  if (type.startsWith('VAULT.PAYMENT-TOKEN.')) {
    const setupId = resource.customer?.merchant_customer_id ?? null;
    return known({ kind: 'setup_updated', setupId, providerSetupId: null }, setupId);
  }
  if (type.startsWith('CUSTOMER.DISPUTE.')) return disputeOf(whole);
  return null;
}

function known(fact: ProviderFact, id: string | null): ProviderFact | null {
  return id === null ? null : fact;
}
