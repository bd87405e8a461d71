import { randomUUID } from 'node:crypto';
import type { EventPage, ListEventsRequest } from './port.ts';
import { parseSandboxWebhook, readSandboxEvent } from './sandbox/parse-webhook.ts';
import { signWebhook } from './standard-webhooks.ts';

export interface SignedWebhook {
  attemptId: string;
  headers: Record<string, string>;
  rawBody: Uint8Array;
}

/** Events as a provider would post them, kept instead of sent, oldest first. */
export class FakeWebhooks {
  readonly secret = 'whsec_ZmFrZS1wcm92aWRlci13ZWJob29rLXNlY3JldA==';
  readonly sent: SignedWebhook[] = [];
  readonly parse = parseSandboxWebhook;
  readonly #kept: { id: string; account: string; at: Date; rawBody: Uint8Array }[] = [];

  /** `event` says its `account` and `timestamp`, as every event of the sandbox does. */
  add(attemptId: string, event: object): void {
    const id = `evt_${randomUUID().replaceAll('-', '')}`;
    const rawBody = Buffer.from(JSON.stringify(event));
    const timestampSeconds = Math.floor(Date.now() / 1000);
    const signature = signWebhook({ secret: this.secret, id, timestampSeconds, body: rawBody });
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signature,
    };
    this.sent.push({ attemptId, headers, rawBody });
    const { accountRef, occurredAt } = readSandboxEvent(id, rawBody);
    this.#kept.push({ id, account: accountRef ?? '', at: occurredAt, rawBody });
  }

  list({ tenantId, since, cursor = '0', limit }: ListEventsRequest): EventPage {
    const own = this.#kept.filter(({ account, at }) => account === tenantId && at >= since);
    const end = Number(cursor) + limit;
    const events = own
      .slice(Number(cursor), end)
      .map(({ id, rawBody }) => ({ event: readSandboxEvent(id, rawBody), rawBody }));
    return { events, nextCursor: end < own.length ? String(end) : null };
  }
}
