import { randomUUID } from 'node:crypto';
import type { AccountOf } from '../account.ts';
import { ProviderError } from '../provider-error.ts';
import { createSender, type WireAnswer } from '../send-request.ts';
import { signWebhook } from '../standard-webhooks.ts';
import { openCustomAccount } from './custom-account.ts';
import { AddressRefused, createGuardedLookup } from './refuse-inner-addresses.ts';

export interface SignedCall {
  tenantId: string;
  /** Below the business's base url. */
  path: string;
  /** Stands in the body too, so that the signature is good for this call alone. */
  call: string;
  body: object;
  deadlineAtMonotonicMs: number;
}

export interface SignedSender {
  send: (call: SignedCall) => Promise<WireAnswer>;
  close: () => void;
}

/** Many businesses, few calls each. */
const idleSocketsMax = 16;

/**
 * One signed POST per call. A test account may be on this machine where the operator allows that, a live one only at a public
 * address behind TLS.
 */
export function createSignedSender(accountOf: AccountOf, { allowsLocal }: { allowsLocal: boolean }): SignedSender {
  const senderFor = (allowLoopback: boolean) =>
    createSender({ lookup: createGuardedLookup({ allowLoopback }), idleSocketsMax });
  const senders = { test: senderFor(allowsLocal), live: senderFor(false) };
  return {
    async send({ tenantId, path, call, body, deadlineAtMonotonicMs }) {
      const { mode, baseUrl, signingSecret } = await openCustomAccount(accountOf, tenantId);
      const url = new URL(`${baseUrl.href.replace(/\/+$/, '')}/${path}`);
      const payload = JSON.stringify({ call, account: tenantId, mode, ...body });
      const headers = sign(signingSecret, payload);
      const sent = senders[mode].send(url, { method: 'POST', payload, headers, deadlineAtMonotonicMs });
      const answer = await sent.catch((error: unknown) => {
        throw asAddressRefused(error) ?? error;
      });
      // Whoever does not know us has processed nothing.
      if (answer.status === 401) throw new ProviderError('not_sent', 'credentials_refused', { message: answer.text });
      return answer;
    },
    close: () => {
      senders.test.close();
      senders.live.close();
    },
  };
}

function sign(secret: string, payload: string): Record<string, string> {
  const id = `msg_${randomUUID().replaceAll('-', '')}`;
  const timestampSeconds = Math.floor(Date.now() / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook({ secret, id, timestampSeconds, body: Buffer.from(payload) }),
  };
}

function asAddressRefused(error: unknown): ProviderError | null {
  if (!(error instanceof ProviderError && error.cause instanceof AddressRefused)) return null;
  return new ProviderError('not_sent', 'address_refused', { message: error.cause.message, cause: error });
}
