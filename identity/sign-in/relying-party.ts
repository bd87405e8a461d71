import * as client from 'openid-client';
import type { UserId } from '../../domain/ids.ts';
import { type Instant, SECOND_MS } from '../../domain/instant.ts';
import {
  firstPartyClientId,
  firstPartyClientSecret,
  signedOutPath,
  signInCallbackPath,
} from '../first-party-client.ts';
import { createSignOutProofs } from '../sign-out-proof.ts';
import { parseSubject, type Subject } from '../subject.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

/** What must come back unchanged from the identity service, known to the API alone. */
export interface SignInChecks {
  state: string;
  nonce: string;
  verifier: string;
}

/** The API towards the identity service: an ordinary client of it, by discovery, code and PKCE. The browser carries a code, never a token. */
export interface RelyingParty {
  begin(language: string | null): Promise<{ url: string; checks: SignInChecks }>;
  /** `query` as the browser brought it. Refuses with `unauthorized` what the identity service did not say to this very sign-in. */
  finish(query: string, checks: SignInChecks): Promise<{ subject: Subject; authenticatedAt: Instant }>;
  /** Leads to the end of this person's session there; nothing more is asked. */
  signOutUrl(userId: UserId): Promise<string>;
}

/** A sign-in asks for the password each time: a session that ended by idleness or by its owner does not come back by itself. */
const ageSecondsMax = 300;
const timeoutSeconds = 5;

interface RelyingPartyParts {
  publicUrl: string;
  /** Where the identity service is reached from here; it answers in the name of the public address. */
  internalUrl: string;
  keySecret: string;
}

export function createRelyingParty(parts: RelyingPartyParts): RelyingParty {
  const { publicUrl } = parts;
  const redirectUri = publicUrl + signInCallbackPath;
  const configuration = discoverOnce(parts);
  const signOuts = createSignOutProofs(parts.keySecret);

  return {
    async begin(language) {
      const config = await configuration();
      const checks = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid',
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        prompt: 'login',
        max_age: String(ageSecondsMax),
        ...(language === null ? {} : { ui_locales: language }),
      });
      return { url: url.href, checks };
    },

    async finish(query, { state, nonce, verifier }) {
      const config = await configuration();
      const claims = await client
        .authorizationCodeGrant(config, new URL(redirectUri + query), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          maxAge: ageSecondsMax,
          idTokenExpected: true,
        })
        .then((tokens) => tokens.claims(), orRefuse);
      const subject = claims ? parseSubject(claims.sub) : null;
      if (!claims || !subject) throw new SignInRefusal('not_confirmed');
      return { subject, authenticatedAt: Number(claims.auth_time) * SECOND_MS };
    },

    async signOutUrl(userId) {
      const config = await configuration();
      return client.buildEndSessionUrl(config, {
        post_logout_redirect_uri: publicUrl + signedOutPath,
        logout_hint: signOuts.make(userId, Date.now()),
      }).href;
    },
  };
}

/** What the identity service says of itself, asked for once it is needed. */
function discoverOnce({ publicUrl, internalUrl, keySecret }: RelyingPartyParts): () => Promise<client.Configuration> {
  let discovered: Promise<client.Configuration> | undefined;

  const fetchInside: client.CustomFetch = (url, options) => {
    const inside = url.startsWith(publicUrl) ? internalUrl + url.slice(publicUrl.length) : url;
    const { host, protocol } = new URL(publicUrl);
    const forwarded = { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
    return fetch(inside, { ...options, headers: { ...options.headers, ...forwarded } } as RequestInit);
  };

  async function discover(): Promise<client.Configuration> {
    const allowPlain = publicUrl.startsWith('http:') ? [client.allowInsecureRequests] : [];
    return client.discovery(
      new URL(publicUrl),
      firstPartyClientId,
      {},
      client.ClientSecretBasic(firstPartyClientSecret(keySecret)),
      {
        [client.customFetch]: fetchInside,
        timeout: timeoutSeconds,
        execute: [client.enableNonRepudiationChecks, ...allowPlain],
      },
    );
  }

  /** What went wrong once is tried again by the next. */
  return () => {
    discovered ??= discover().catch((error: unknown) => {
      discovered = undefined;
      throw new SignInUnavailableError(error);
    });
    return discovered;
  };
}

/** The identity service is away: nobody signs in for now, sessions and keys go on. */
export class SignInUnavailableError extends Error {
  constructor(cause: unknown) {
    super('the identity service is away', { cause });
    this.name = 'SignInUnavailableError';
  }
}

/** What the service refused, or said to another sign-in, is a refusal; that it said nothing is none. */
function orRefuse(error: unknown): never {
  const isAway =
    error instanceof TypeError ||
    (error instanceof client.ClientError && ['OAUTH_TIMEOUT', 'OAUTH_ABORT'].includes(error.code ?? ''));
  if (isAway) throw new SignInUnavailableError(error);
  throw new SignInRefusal('not_confirmed', error);
}
