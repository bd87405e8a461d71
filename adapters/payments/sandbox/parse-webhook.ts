import { z } from 'zod';
import type { ParseWebhookRequest, ProviderEvent } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { verifyWebhook } from '../standard-webhooks.ts';

const chargeUpdated = z.object({
  type: z.literal('charge.updated'),
  timestamp: z.iso.datetime(),
  account: z.string().min(1),
  reference: z.string().min(1),
  charge_id: z.string().min(1).optional(),
});

/** The signature is checked over the raw bytes before anything is parsed. */
export async function parseSandboxWebhook(request: ParseWebhookRequest): Promise<ProviderEvent> {
  const eventId = verifyWebhook(request);
  const event = chargeUpdated.safeParse(parseJson(request.rawBody));
  if (!event.success) throw new ProviderError('rejected', 'bad_payload', { cause: event.error });
  const { account, reference, timestamp } = event.data;
  return {
    eventId,
    type: event.data.type,
    accountRef: account,
    fact: { kind: 'charge_updated', attemptId: reference, providerChargeId: event.data.charge_id ?? null },
    occurredAt: new Date(timestamp),
  };
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch (error) {
    throw new ProviderError('rejected', 'bad_payload', { cause: error });
  }
}
