import { createHmac } from 'node:crypto';
import { type Configuration, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import type { Sql } from '../../db/database.ts';
import { permissions } from '../../domain/access/permissions.ts';
import type { Sealer } from '../../runtime/sealer.ts';
import {
  firstPartyClientId,
  firstPartyClientSecret,
  signedOutPath,
  signInCallbackPath,
} from '../first-party-client.ts';
import { findUserAccount, isOlderThanPassword, type UserAccount } from './accounts.ts';
import { clientExtras, createClientRecords } from './client-records.ts';
import { createDurableRecords } from './durable-records.ts';
import { failClosed } from './fail-closed.ts';
import { grantFirstParty } from './first-party-grant.ts';
import { showFailure, showSignedOut, showSignOut } from './pages.ts';
import { createShortLivedRecords } from './short-lived-records.ts';
import { createSignOutAtOnce } from './sign-out-at-once.ts';
import { type SigningKey, signingAlgorithm } from './signing-keys.ts';
import { accessTokenSeconds, asksForApi, claimsOfToken, describeApi, tenantOfClient } from './token-policy.ts';

export interface ProviderParts {
  /** As the identity role. */
  sql: Sql;
  store: ShortLivedStore;
  sealer: Sealer;
  keySecret: string;
  publicUrl: string;
}

const durableModels = new Set(['Grant', 'RefreshToken']);
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const sessionSeconds = 12 * hour;
const refreshSeconds = 14 * day;

/** What is asked of somebody at the login pages; whose account is gone, or has another password since, signs in again. */
function interactionsPolicy() {
  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(
    new interactionPolicy.Check('account_gone', 'sign in again', 'login_required', ({ oidc }) => {
      return oidc.session?.accountId !== undefined && oidc.account === undefined;
    }),
  );
  policy.get('login')?.checks.add(
    new interactionPolicy.Check('password_changed', 'sign in again', 'login_required', ({ oidc }) => {
      const user = oidc.account?.['user'] as UserAccount | undefined;
      return user !== undefined && isOlderThanPassword(oidc.session?.loginTs, user);
    }),
  );
  return policy;
}

export function providerSettings(parts: ProviderParts, keys: readonly SigningKey[]): Configuration {
  const { sql, store, publicUrl } = parts;
  return {
    adapter: (model: string) => {
      if (model === 'Client') return createClientRecords(parts);
      return durableModels.has(model) ? createDurableRecords(sql, model) : createShortLivedRecords(store, model);
    },
    jwks: { keys: keys.map((key) => key.privateJwk) },
    clients: [firstPartyClient(parts)],
    extraClientMetadata: { properties: [...clientExtras] },
    clientDefaults: { id_token_signed_response_alg: signingAlgorithm },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      idTokenSigningAlgValues: [signingAlgorithm],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      jwks: '/oauth/jwks',
      introspection: '/oauth/introspect',
      revocation: '/oauth/revoke',
      userinfo: '/oauth/userinfo',
      end_session: '/oauth/end-session',
      pushed_authorization_request: '/oauth/request',
    },
    scopes: ['openid', 'offline_access', 'email', 'profile'],
    claims: { openid: ['sub', 'auth_time', 'amr'], email: ['email'], profile: ['name'] },
    discovery: { scopes_supported: ['openid', 'offline_access', 'email', 'profile', ...permissions] },
    responseTypes: ['code'],
    pkce: { required: () => true },
    features: features(parts),
    ttl: lifetimes(),
    cookies: cookies(parts),
    interactions: {
      policy: interactionsPolicy(),
      url: (_ctx, interaction) => `/identity/sign-in/${interaction.uid}`,
    },
    findAccount: (ctx, subject) => failClosed(() => findAccount(sql, ctx, subject)),
    loadExistingGrant: grantFirstParty(publicUrl),
    extraTokenClaims: claimsOfToken,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // They live as long as the grant, which signing out ends (end-grants.ts); a session is lost with Redis, they are not.
    expiresWithSession: () => false,
    renderError: showFailure,
  };
}

function features(parts: ProviderParts): Configuration['features'] {
  const { publicUrl, keySecret, sql } = parts;
  const signOutAtOnce = createSignOutAtOnce({ sql, keySecret, cookie: cookies(parts)?.long });
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => publicUrl,
      useGrantedResource: (_ctx, source) => asksForApi(source.scopes),
      getResourceServerInfo: describeApi(publicUrl),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx, form) => {
        if (!(await signOutAtOnce(ctx))) await showSignOut(ctx, form);
      },
      postLogoutSuccessSource: showSignedOut,
    },
  };
}

function lifetimes(): Configuration['ttl'] {
  return {
    AccessToken: accessTokenSeconds,
    ClientCredentials: accessTokenSeconds,
    AuthorizationCode: minute,
    IdToken: hour,
    Interaction: 30 * minute,
    Grant: refreshSeconds,
    // Rotation does not lengthen it: who signed in two weeks ago signs in again.
    RefreshToken: (ctx) => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? refreshSeconds,
    // However often it is used, it ends twelve hours after the login.
    Session: (_ctx, session) => {
      const age = session.loginTs === undefined ? 0 : Math.floor(Date.now() / 1_000) - session.loginTs;
      return Math.max(1, sessionSeconds - age);
    },
  };
}

function cookies({ keySecret, publicUrl }: ProviderParts): Configuration['cookies'] {
  const isSecure = publicUrl.startsWith('https:');
  const common = { httpOnly: true, sameSite: 'lax', signed: true, secure: isSecure } as const;
  return {
    keys: [createHmac('sha256', keySecret).update('oauth cookies').digest('hex')],
    names: {
      session: isSecure ? '__Host-redcore_sso' : 'redcore_sso',
      interaction: 'redcore_interaction',
      resume: 'redcore_interaction_resume',
    },
    long: common,
    short: common,
  };
}

function firstPartyClient({ keySecret, publicUrl }: ProviderParts) {
  return {
    client_id: firstPartyClientId,
    client_name: 'RedCore',
    client_secret: firstPartyClientSecret(keySecret),
    redirect_uris: [`${publicUrl}${signInCallbackPath}`],
    post_logout_redirect_uris: [`${publicUrl}/`, `${publicUrl}${signedOutPath}`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'] as const,
    token_endpoint_auth_method: 'client_secret_basic' as const,
  };
}

/** Undefined where the user has no place there, or the application belongs to another business. */
async function findAccount(sql: Sql, ctx: KoaContextWithOIDC, subject: string) {
  const user = await findUserAccount(sql, subject);
  if (user === null) return undefined;
  const tenantId = tenantOfClient(ctx.oidc.client);
  if (tenantId !== null && tenantId !== user.subject.tenantId) return undefined;
  return {
    accountId: subject,
    user,
    claims: () => ({ sub: subject, email: user.email, ...(user.name === null ? {} : { name: user.name }) }),
  };
}
