import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { Logger } from '../../runtime/logger.ts';
import { startPollLoop } from '../../runtime/poll-loop.ts';
import { removeExpiredRecords } from './durable-records.ts';
import { createEndGrants } from './end-grants.ts';
import { failClosed } from './fail-closed.ts';
import { introspectSignedTokens } from './introspect-jwt.ts';
import { noteUse } from './note-use.ts';
import { type ProviderParts, providerSettings } from './provider-settings.ts';
import { loadSigningKeys, rotateWhenDue, type SigningKey } from './signing-keys.ts';

export interface OidcServer {
  /** Answers a request of Node's as the OAuth2 server does, with the keys of the moment. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
  provider(): Provider;
  /** Takes up keys that were added, became due or ended; it does so by itself too. */
  refreshKeys(): Promise<void>;
  stop(): Promise<void>;
}

/** Far below the time a key is published ahead. */
const refreshEveryMs = 10 * SECOND_MS;
const cleanEveryMs = 5 * MINUTE_MS;

/**
 * The library's server, built anew whenever the keys change: a request under way is finished by the one it began with, and what
 * they remember is outside both.
 */
export async function openOidcServer(parts: ProviderParts & { logger: Logger }): Promise<OidcServer> {
  const { sql, sealer, logger } = parts;
  let current: { provider: Provider; respond: ReturnType<Provider['callback']>; keys: string } | null = null;
  let cleanedAt = performance.now();

  async function refreshKeys(): Promise<void> {
    const keys = await loadSigningKeys(sql, sealer);
    const spelt = keys.map((key) => key.id).join(' ');
    if (current?.keys === spelt) return;
    const provider = build(parts, keys);
    current = { provider, respond: provider.callback(), keys: spelt };
    logger.info({ signs: keys[0]?.id, published: keys.length }, 'signing keys taken up');
  }

  function inUse() {
    if (current === null) throw new Error('the OAuth2 server has no keys yet');
    return current;
  }

  async function tick() {
    await rotateWhenDue(sql, sealer);
    await refreshKeys();
    if (performance.now() - cleanedAt > cleanEveryMs) {
      cleanedAt = performance.now();
      await removeExpiredRecords(sql);
    }
    return 'some' as const;
  }

  await tick();
  const loop = startPollLoop({
    tick,
    ...{ delayMinMs: refreshEveryMs, delayMaxMs: refreshEveryMs },
    onError: (error) => logger.warn({ err: error }, 'signing keys could not be looked up'),
  });
  const { host, protocol } = new URL(parts.publicUrl);

  return {
    async handle(incoming, outgoing) {
      // Addresses are those of the one public address, whatever the request came by.
      Object.assign(incoming.headers, { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) });
      await inUse().respond(incoming, outgoing);
    },
    provider: () => inUse().provider,
    refreshKeys,
    stop: () => loop.stop(),
  };
}

function build(parts: ProviderParts & { logger: Logger }, keys: readonly SigningKey[]): Provider {
  const provider = new Provider(parts.publicUrl, providerSettings(parts, keys));
  provider.proxy = true;
  provider.use(async (ctx, next) => {
    // Codes, replays and sessions are in the store: without it nobody signs in, not even who would need nothing of it.
    if (ctx.path === '/oauth/token' && ctx.method === 'POST') {
      try {
        await failClosed(() => parts.store.get('present'));
      } catch (error) {
        const { statusCode, error: code, error_description } = error as Record<string, unknown>;
        if (statusCode !== 503) throw error;
        ctx.status = 503;
        ctx.set({ 'cache-control': 'no-store', 'retry-after': '1' });
        ctx.body = { error: code, error_description };
        return;
      }
    }
    await next();
  });
  provider.use(introspectSignedTokens(parts, keys) as never);
  provider.use(createEndGrants(parts.sql) as never);
  noteUse(provider, parts);
  return provider;
}
