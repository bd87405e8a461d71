import { createLocalJWKSet, type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { parseSubject } from '../subject.ts';
import { findUserAccount, isOlderThanPassword } from './accounts.ts';
import { failClosed } from './fail-closed.ts';
import type { ProviderParts } from './provider-settings.ts';
import { type SigningKey, signingAlgorithm } from './signing-keys.ts';

/**
 * The library introspects only tokens it has stored, and answers `unsupported_token_type` for the signed ones of the API, after it
 * has authenticated the client. RFC 7662 wants an answer for those too: it is read from the token, for the client it was made for,
 * and says of a person's whether the API would still take it.
 */
export function introspectSignedTokens({ sql, publicUrl }: ProviderParts, keys: readonly SigningKey[]) {
  const keySet = createLocalJWKSet({
    keys: keys.map(({ privateJwk: { kty, n, e, kid, alg } }) => ({ kty, n, e, kid, alg })),
  });

  async function read(token: unknown, clientId: string): Promise<JWTPayload | null> {
    try {
      const { payload } = await jwtVerify(String(token), keySet, {
        ...{ issuer: publicUrl, audience: publicUrl, typ: 'at+jwt', algorithms: [signingAlgorithm] },
        requiredClaims: ['exp', 'iat', 'client_id'],
      });
      return payload['client_id'] === clientId ? payload : null;
    } catch (error) {
      if (error instanceof joseErrors.JOSEError) return null;
      throw error;
    }
  }

  async function isOver({ sub = '', iat = 0 }: JWTPayload): Promise<boolean> {
    if (parseSubject(sub) === null) return false;
    const account = await failClosed(() => findUserAccount(sql, sub));
    return account === null || isOlderThanPassword(iat, account);
  }

  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const isRefusal = (ctx.body as { error?: string } | undefined)?.error === 'unsupported_token_type';
    if (ctx.path !== '/oauth/introspect' || !isRefusal || ctx.oidc.client === undefined) return;
    const said = await read(ctx.oidc.params?.['token'], ctx.oidc.client.clientId);
    const claims = said !== null && (await isOver(said)) ? null : said;
    ctx.status = 200;
    ctx.body = claims === null ? { active: false } : { active: true, token_type: 'Bearer', ...claims };
  };
}
