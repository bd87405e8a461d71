import { z } from 'zod';

/** Who caused a fact. Consumers inside the platform skip `workflow`: its decision is already committed. */
const origins = ['workflow', 'api', 'webhook', 'reconciler'] as const;

/**
 * What every message on every topic looks like (design §6). `id` is stable over redelivery. `sequence` orders the events of
 * one subscription without a gap over the union of topics; null where no subscription's state changed.
 */
export const envelopeSchema = z.strictObject({
  id: z.string().min(1),
  type: z.string().min(1),
  version: z.int().min(1),
  tenant_id: z.string().min(1),
  subscription_id: z.string().min(1).nullable(),
  sequence: z.int().min(1).nullable(),
  occurred_at: z.iso.datetime(),
  origin: z.enum(origins),
  data: z.unknown(),
});

export type Envelope = z.infer<typeof envelopeSchema>;
