import { z } from 'zod';
import { paymentEvents } from './payment-events.ts';
import { providerFact } from './provider-fact.ts';
import { id } from './snapshots.ts';
import { subscriptionEvents } from './subscription-events.ts';

/**
 * Every topic (spec §7) with the schema of its `data`: snake_case, amounts in integer minor units, instants RFC 3339 UTC,
 * no unknown fields.
 */
export const eventRegistry = {
  ...subscriptionEvents,
  ...paymentEvents,
  /**
   * `attempt_id` is null where the provider's event names none of ours, `fact` where the platform has no use for the event.
   * Releases before `event_type` and `fact` wrote neither.
   */
  'webhooks.received': z.strictObject({
    inbox_id: id,
    provider: id,
    endpoint: id,
    provider_event_id: id,
    attempt_id: id.nullable(),
    event_type: id.nullable().default(null),
    fact: providerFact.nullable().default(null),
  }),
  'notifications.requested': z.strictObject({ kind: z.string().min(1), details: z.record(z.string(), z.unknown()) }),
} as const;

export type Topic = keyof typeof eventRegistry;
/** What a producer writes into `data`. */
export type EventData<T extends Topic> = z.input<(typeof eventRegistry)[T]>;

/** Each with the topic where a message nobody could handle waits for a person. */
export const topics = (Object.keys(eventRegistry) as Topic[]).map((name) => ({ name, deadLetterName: `${name}.dlt` }));

export function isTopic(name: string): name is Topic {
  return Object.hasOwn(eventRegistry, name);
}
