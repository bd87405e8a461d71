import { hash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ApiError, type ApiResponse, Client, Environment } from '@paypal/paypal-server-sdk';
import type { AccountOf, ProviderAccount } from '../account.ts';
import { ProviderError } from '../provider-error.ts';
import { createTokenCache, type TokenCache } from './cache-tokens.ts';
import { toProviderError } from './classify-failure.ts';
import { type Sockets, sendOnce } from './send-once.ts';

export interface PaypalCall {
  tenantId: string;
  deadlineAtMonotonicMs: number;
}

/** One call of the SDK as the account of a tenant. Throws `ApiError` for what PayPal refused and `ProviderError` for the wire. */
export type AskPaypal = <T>(call: PaypalCall, ask: (client: Client) => Promise<ApiResponse<T>>) => Promise<T>;

export interface PaypalConnection {
  ask: AskPaypal;
  close: () => void;
}

const idleSocketMs = 30_000;

export function connectAccounts(accountOf: AccountOf): PaypalConnection {
  const options = { keepAlive: true, timeout: idleSocketMs, maxFreeSockets: 256 };
  const sockets: Sockets = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  const tokens = createTokenCache();
  return {
    async ask(call, ask) {
      if (performance.now() >= call.deadlineAtMonotonicMs) throw new ProviderError('not_sent', 'deadline_passed');
      const account = await openAccount(accountOf, call.tenantId);
      const session: Session = { account, sockets, tokens, tokenName: nameToken(account), call };
      try {
        return await askOnce(session, ask);
      } catch (error) {
        if (!isUnauthorized(error)) throw error;
      }
      // 401: nothing was processed. The token was revoked or has run out early; a fresh one decides whether the account is good.
      tokens.forget(session.tokenName);
      try {
        return await askOnce(session, ask);
      } catch (error) {
        if (!isUnauthorized(error)) throw error;
        throw new ProviderError('not_sent', 'credentials_refused', { cause: error });
      }
    },
    close() {
      sockets.http.destroy();
      sockets.https.destroy();
    },
  };
}

/** While the account cannot be read nothing is sent. */
async function openAccount(accountOf: AccountOf, tenantId: string): Promise<ProviderAccount> {
  try {
    return await accountOf(tenantId);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError('not_sent', 'account_unavailable', { cause: error });
  }
}

interface Session {
  account: ProviderAccount;
  sockets: Sockets;
  tokens: TokenCache;
  tokenName: string;
  call: PaypalCall;
}

/** A client lives for one call: it carries that call's deadline, and costs less than a tenth of a millisecond. */
async function askOnce<T>(session: Session, ask: (client: Client) => Promise<ApiResponse<T>>): Promise<T> {
  const { account, sockets, tokens, tokenName, call } = session;
  const client = new Client({
    environment: account.mode === 'live' ? Environment.Production : Environment.Sandbox,
    clientCredentialsAuthCredentials: {
      oAuthClientId: account.credentials['client_id'] ?? '',
      oAuthClientSecret: account.credentials['client_secret'] ?? '',
      oAuthTokenProvider: (_last, manager) => tokens.take(tokenName, manager),
    },
    httpClientOptions: { retryConfig: { maxNumberOfRetries: 0 } },
    unstable_httpClientOptions: {
      adapter: sendOnce({ sockets, baseUrl: baseUrlOf(account), deadlineAtMonotonicMs: call.deadlineAtMonotonicMs }),
    },
  });
  return (await ask(client)).result;
}

/** A live account talks to PayPal alone, whatever its settings say. */
function baseUrlOf(account: ProviderAccount): string | undefined {
  return account.mode === 'live' ? undefined : account.settings['base_url'];
}

function nameToken(account: ProviderAccount): string {
  const { client_id: id = '', client_secret: secret = '' } = account.credentials;
  return hash('sha256', JSON.stringify([account.mode, baseUrlOf(account) ?? '', id, secret]), 'base64');
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.statusCode === 401;
}

/** `ask` with every failure classified. */
export async function askClassified<T>(
  connection: Pick<PaypalConnection, 'ask'>,
  call: PaypalCall,
  ask: (client: Client) => Promise<ApiResponse<T>>,
): Promise<T> {
  try {
    return await connection.ask(call, ask);
  } catch (error) {
    throw toProviderError(error);
  }
}
