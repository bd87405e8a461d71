import Stripe from 'stripe';
import type { ProviderAccount } from '../account.ts';
import { ProviderError } from '../provider-error.ts';
import { createExchanger, type ExchangeAnswer } from './exchange.ts';

export interface StripeClients {
  /** The SDK for one call of the port: it keeps no key, and none of its requests outlives the deadline. */
  open: (account: ProviderAccount, deadlineAtMonotonicMs: number) => Stripe;
  close: () => void;
}

/** A test account may point at another host (the sandbox provider's dialect); a live one never can. */
export function createStripeClients(baseUrl: string | undefined): StripeClients {
  const { exchange, close } = createExchanger();
  return {
    open({ mode, credentials, settings }, deadlineAtMonotonicMs) {
      const key = credentials['secret_key'];
      if (!key) throw new ProviderError('not_sent', 'not_configured', { message: 'the account has no secret_key' });
      const httpClient: Stripe.HttpClient = {
        getClientName: () => 'redcore',
        async makeRequest(host, port, path, method, headers, body, protocol) {
          const call = { protocol, host, port, path, method, body, deadlineAtMonotonicMs };
          return toResponse(await exchange({ ...call, headers: headers as Record<string, string> }));
        },
      };
      const address = addressOf((mode === 'test' ? settings['base_url'] : undefined) ?? baseUrl);
      return new Stripe(key, { ...address, httpClient, maxNetworkRetries: 0, telemetry: false });
    },
    close,
  };
}

function addressOf(baseUrl: string | undefined): { protocol: 'http' | 'https'; host: string; port: string } | object {
  if (baseUrl === undefined) return {};
  const { protocol, hostname, port } = new URL(baseUrl);
  const secure = protocol === 'https:';
  return { protocol: secure ? 'https' : 'http', host: hostname, port: port || (secure ? '443' : '80') };
}

export const unreadableAnswer = 'unreadable_answer';

/** A body that is no JSON (a proxy's page, a cut answer) becomes an error of Stripe's shape, so that its status is kept. */
function toResponse({ status, headers, text }: ExchangeAnswer): Stripe.HttpClientResponse {
  return {
    getStatusCode: () => status,
    getHeaders: () => headers as Record<string, string>,
    getRawResponse: () => ({}),
    toStream: () => {
      throw new Error('no call of ours streams');
    },
    async toJSON() {
      try {
        return JSON.parse(text);
      } catch {
        return { error: { type: 'api_error', code: unreadableAnswer, message: `no JSON with status ${status}` } };
      }
    },
  };
}
