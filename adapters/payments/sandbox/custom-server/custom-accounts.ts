import { z } from 'zod';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply, read, text, type WireRequest } from '../server/wire.ts';

export interface CustomAccount {
  secret: string;
  /** Null: it tells nobody. */
  notifyUrl: string | null;
  notifySecret: string;
}

/** Keeps a business of the custom protocol apart from an account of the same name in the provider's own dialect. */
const prefix = 'custom:';

export function storedAccount(business: string): string {
  return `${prefix}${business}`;
}

/** Null for an account of another dialect. A business nobody registered signs with the provider's own webhook secret. */
export function customAccountOf(sandbox: Sandbox, account: string): CustomAccount | null {
  if (!account.startsWith(prefix)) return null;
  const row = sandbox.sql.get`SELECT secret, notify_url, notify_secret FROM custom_accounts WHERE account = ${account}`;
  if (row === undefined) {
    const secret = sandbox.webhook?.secret ?? '';
    return { secret, notifyUrl: null, notifySecret: secret };
  }
  const notifyUrl = row.notify_url === null ? null : String(row.notify_url);
  return { secret: String(row.secret), notifyUrl, notifySecret: String(row.notify_secret) };
}

const secretText = z
  .string()
  .max(255)
  .regex(/^(whsec_)?[\w+/-]{16,}={0,2}$/);
const accountBody = z.strictObject({
  account: text,
  signing_secret: secretText,
  notify_url: z.url({ protocol: /^https?$/ }).optional(),
  notify_secret: secretText.optional(),
});

/** `POST /control/custom-accounts`: what the business agreed on with RedCore; said again, it replaces. */
export function registerCustomAccount(sandbox: Sandbox, request: WireRequest): Reply {
  const {
    account,
    signing_secret: secret,
    notify_url = null,
    notify_secret = secret,
  } = read(accountBody, request.body);
  sandbox.sql.run`INSERT OR REPLACE INTO custom_accounts (account, secret, notify_url, notify_secret)
    VALUES (${storedAccount(account)}, ${secret}, ${notify_url}, ${notify_secret})`;
  return answer(200, { account, base_url: `${request.baseUrl}/custom/${encodeURIComponent(account)}` });
}
