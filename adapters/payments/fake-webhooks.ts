import { randomUUID } from 'node:crypto';
import { parseSandboxWebhook } from './sandbox/parse-webhook.ts';
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
  }
}
