import { z } from 'zod';
import type { ParseWebhookRequest, ProviderEvent } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { verifyWebhook } from '../standard-webhooks.ts';

const chargeUpdated = z.object({
  type: z.literal('charge.updated'),
  timestamp: z.iso.datetime(),
  account: z.string().min(1),
  reference: z.string().min(1),
});

/** The signature is checked over the raw bytes before anything is parsed. */
export function parseSandboxWebhook(request: ParseWebhookRequest): ProviderEvent {
  const eventId = verifyWebhook(request);
  const event = chargeUpdated.safeParse(parseJson(request.rawBody));
  if (!event.success) throw new ProviderError('rejected', 'bad_payload', { cause: event.error });
  const { account, reference, timestamp } = event.data;
  return { eventId, kind: 'charge_updated', tenantId: account, attemptId: reference, occurredAt: new Date(timestamp) };
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch (error) {
    throw new ProviderError('rejected', 'bad_payload', { cause: error });
  }
}
