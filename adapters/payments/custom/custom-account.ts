import { z } from 'zod';
import type { AccountOf, ProviderAccount } from '../account.ts';
import { ProviderError } from '../provider-error.ts';
import { isRefusedHost } from './refuse-inner-addresses.ts';

const hourMs = 3_600_000;

/** What a business is asked for: `credentials.signing_secret`, `settings.base_url`, `settings.key_window_hours`. */
const credentials = z.object({ signing_secret: z.string().regex(/^(whsec_)?[\w+/-]{16,}={0,2}$/) });
const settings = z.object({
  base_url: z.url({ protocol: /^https?$/ }).transform((url) => new URL(url)),
  key_window_hours: z.coerce.number().int().min(1).max(8_760),
});

export interface CustomAccount {
  mode: 'test' | 'live';
  signingSecret: string;
  baseUrl: URL;
  /** For how long the business answers a repeated key instead of charging again. */
  keyWindowMs: number;
}

/** Throws `ProviderError('not_sent', 'not_configured')` with what is wrong: nothing was sent, and only the business can change it. */
export async function openCustomAccount(accountOf: AccountOf, tenantId: string): Promise<CustomAccount> {
  return readCustomAccount(await accountOf(tenantId));
}

export function readCustomAccount(account: ProviderAccount): CustomAccount {
  const secret = credentials.safeParse(account.credentials);
  const set = settings.safeParse(account.settings);
  if (!secret.success) throw notConfigured('signing_secret: whsec_ and at least 16 characters of base64');
  if (!set.success) throw notConfigured(`${String(set.error.issues[0]?.path[0])}: ${set.error.issues[0]?.message}`);
  const { base_url: baseUrl, key_window_hours } = set.data;
  const { mode } = account;
  if (mode === 'live' && baseUrl.protocol !== 'https:') throw notConfigured('base_url: a live account needs https');
  if (baseUrl.username !== '' || baseUrl.search !== '' || baseUrl.hash !== '') {
    throw notConfigured('base_url: only a scheme, a host and a path');
  }
  if (isRefusedHost(baseUrl, { allowLoopback: mode === 'test' })) throw notConfigured('base_url: not a public address');
  return { mode, baseUrl, signingSecret: secret.data.signing_secret, keyWindowMs: key_window_hours * hourMs };
}

function notConfigured(message: string): ProviderError {
  return new ProviderError('not_sent', 'not_configured', { message });
}
