import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.ts';
import { customRolePermissions } from '../../domain/access/roles.ts';
import { bodyOf, emptyBody, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const tag = 'Access';

const authMethod = z.enum(['client_secret_basic', 'private_key_jwt', 'none']);
const grantType = z.enum(['client_credentials', 'authorization_code', 'refresh_token']);
/** RFC 7517; which members a key may have is decided where it is read. */
const jwksOut = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

const client = z
  .object({
    client_id: z.string(),
    name: z.string(),
    auth_method: authMethod,
    grant_types: z.array(grantType),
    redirect_uris: z.array(z.string()),
    jwks: jwksOut.nullable(),
    role: z.string(),
    scopes: z
      .array(z.enum(permissions))
      .nullable()
      .meta({ description: 'The most a token may ask for; null: all the role allows.' }),
    status: z.enum(['active', 'revoked']),
    created_by: z.string(),
    created_at: instantOut,
    last_used_at: instantOut.nullable(),
    revoked_at: instantOut.nullable(),
  })
  .meta({ id: 'OauthClient', description: 'A machine, or an application of the business, that signs in by OAuth2.' });

const clientShown = client
  .extend({
    client_secret: z
      .string()
      .nullable()
      .meta({ description: 'Shown this once and never by a replay; null where there is none.' }),
  })
  .meta({ id: 'OauthClientWithSecret' });

export type OauthClientBody = z.input<typeof client>;

const clients = '/oauth-clients';
const oneClient = `${clients}/{client_id}` as const;
const clientAnswer = { 200: { description: 'The client.', schema: client } };

const name = textUpTo(100);
const role = textUpTo(60);
const redirectUris = z
  .array(z.string().min(1).max(500))
  .max(20)
  .meta({ description: 'Compared to the letter. `https`, or `http` on this machine; no fragment.' });
const jwks = z
  .object({
    keys: z
      .array(z.record(z.string().max(40), z.unknown()))
      .min(1)
      .max(10),
  })
  .nullable()
  .meta({ description: 'Public keys alone, for `private_key_jwt`: RSA from 2048 bits, P-256, P-384, P-521, Ed25519.' });
const scopes = z.array(z.enum(customRolePermissions)).min(1).max(customRolePermissions.length).nullable();

export const createOauthClientRoute = defineRoute({
  method: 'post',
  path: clients,
  permission: 'api_keys:write',
  rateClass: 'secret',
  tag,
  summary: 'Register a client that signs in by OAuth2',
  body: bodyOf({
    name,
    auth_method: authMethod.default('client_secret_basic'),
    grant_types: z.array(grantType).min(1).max(3).default(['client_credentials']),
    redirect_uris: redirectUris.default([]),
    jwks: jwks.default(null),
    role: role.default('integrator').meta({ description: 'It may allow nothing the caller does not hold.' }),
    scopes: scopes.default(null),
  }),
  answers: { 201: { description: 'The client.', schema: clientShown } },
  refusals: ['forbidden', 'quota_reached', 'card_number_refused'],
});

export const listOauthClientsRoute = defineRoute({
  method: 'get',
  path: clients,
  permission: 'api_keys:read',
  tag,
  summary: 'List the tenant’s OAuth2 clients',
  query: listQuery({}),
  answers: { 200: { description: 'A page of clients, newest first.', schema: pageOf(client) } },
});

export const readOauthClientRoute = defineRoute({
  method: 'get',
  path: oneClient,
  permission: 'api_keys:read',
  tag,
  summary: 'Read an OAuth2 client',
  answers: clientAnswer,
});

export const changeOauthClientRoute = defineRoute({
  method: 'put',
  path: oneClient,
  permission: 'api_keys:write',
  tag,
  summary: 'Change a client; how it authenticates and what it may be granted stay',
  body: bodyOf({
    name: name.optional(),
    redirect_uris: redirectUris.optional(),
    jwks: jwks.optional(),
    role: role.optional(),
    scopes: scopes.optional(),
  }),
  answers: clientAnswer,
  refusals: ['forbidden', 'invalid_state', 'card_number_refused'],
});

export const rotateOauthClientSecretRoute = defineRoute({
  method: 'post',
  path: `${oneClient}/rotate-secret`,
  permission: 'api_keys:write',
  rateClass: 'secret',
  tag,
  summary: 'Replace a client’s secret; the old one is dead at once',
  body: emptyBody,
  answers: { 200: { description: 'The client.', schema: clientShown } },
  refusals: ['forbidden', 'invalid_state'],
});

export const revokeOauthClientRoute = defineRoute({
  method: 'delete',
  path: oneClient,
  permission: 'api_keys:write',
  tag,
  summary: 'Revoke a client: it gets no token any more; those it has end within minutes',
  body: emptyBody,
  answers: clientAnswer,
  refusals: ['invalid_state'],
});
