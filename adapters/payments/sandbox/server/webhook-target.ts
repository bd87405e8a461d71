import { customAccountOf } from '../custom-server/custom-accounts.ts';
import type { Sandbox, WebhookTarget } from './sandbox.ts';

/** Where events of this account are posted; null: nowhere. */
export function webhookTarget(sandbox: Sandbox, account: string): WebhookTarget | null {
  const custom = customAccountOf(sandbox, account);
  if (custom === null) return sandbox.webhook;
  return custom.notifyUrl === null ? null : { url: custom.notifyUrl, secret: custom.notifySecret };
}
