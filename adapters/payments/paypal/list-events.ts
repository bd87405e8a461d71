import type { ApiResponse, Client } from '@paypal/paypal-server-sdk';
import { z } from 'zod';
import type { EventPage, ListEventsRequest } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { askClassified, type PaypalConnection } from './connect-account.ts';
import { parseEvent } from './parse-event.ts';

const path = '/v1/notifications/webhooks-events';
const eventList = z.object({
  events: z.array(z.looseObject({})).default([]),
  links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
});

/** The SDK knows no call for events; its request builder sends one with the same token. Newest first, 30 days back at most. */
export async function listWebhookEvents(
  connection: Pick<PaypalConnection, 'ask'>,
  { tenantId, since, cursor, limit }: ListEventsRequest,
  timeoutMs: number,
): Promise<EventPage> {
  const call = { tenantId, deadlineAtMonotonicMs: performance.now() + timeoutMs };
  const first = new URLSearchParams({ page_size: String(limit), start_time: since.toISOString() });
  const query = cursor === undefined ? first : new URLSearchParams(cursor);
  const text = await askClassified(connection, call, (client) => getText(client, query));
  const list = eventList.safeParse(parseJson(text));
  if (!list.success) throw new ProviderError('unknown', 'unreadable_answer', { cause: list.error });
  const next = list.data.links.find(({ rel }) => rel === 'next')?.href;
  return {
    events: list.data.events.flatMap(readEvent),
    nextCursor: next === undefined ? null : new URL(next, 'https://api-m.paypal.com').searchParams.toString(),
  };
}

/** What cannot be read is left out: its delivery is refused too, and it must not bar the others. */
function readEvent(body: object): EventPage['events'] {
  try {
    return [{ event: parseEvent(body), rawBody: Buffer.from(JSON.stringify(body)) }];
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'bad_payload') return [];
    throw error;
  }
}

function getText(client: Client, query: URLSearchParams): Promise<ApiResponse<string>> {
  const request = client.getRequestBuilderFactory()('GET', path);
  request.baseUrl('default');
  for (const [name, value] of query) request.query(name, value);
  request.authenticate([{ oauth2: true }]);
  return request.callAsText();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProviderError('unknown', 'unreadable_answer', { cause: error });
  }
}
