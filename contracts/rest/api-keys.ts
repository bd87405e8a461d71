import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.ts';
import { customRolePermissions } from '../../domain/access/roles.ts';
import { addIsoDuration } from '../../domain/calendar/local-date.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { bodyOf, emptyBody, instantIn, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const tag = 'Access';

const scopesOut = z
  .array(z.enum(permissions))
  .nullable()
  .meta({ description: 'Of the role’s permissions only these; null: all the role allows.' });

const apiKey = z
  .object({
    api_key_id: z.string(),
    name: z.string().nullable(),
    role: z.string(),
    scopes: scopesOut,
    mode: z.enum(['test', 'live']),
    status: z.enum(['active', 'expired', 'revoked']),
    created_by: z.string(),
    created_at: instantOut,
    last_used_at: instantOut.nullable().meta({ description: 'To the minute.' }),
    expires_at: instantOut.nullable(),
    replaced_by: z.string().nullable().meta({ description: 'The key it was rotated into.' }),
    revoked_at: instantOut.nullable(),
  })
  .meta({ id: 'ApiKey', description: 'A key of the tenant; never its secret.' });

const keyShown = apiKey
  .extend({
    api_key: z
      .string()
      .nullable()
      .meta({ description: 'The key itself, shown this once and never by a replay: null then.' }),
  })
  .meta({ id: 'ApiKeyWithSecret' });

export type ApiKeyBody = z.input<typeof apiKey>;

const keys = '/api-keys';
const key = `${keys}/{api_key_id}` as const;
const keyAnswer = { 200: { description: 'The key.', schema: apiKey } };

const name = textUpTo(100);
const scopes = z.array(z.enum(customRolePermissions)).min(1).max(customRolePermissions.length).nullable().optional();
const overlapMaxMs = 7 * DAY_MS;
/** Milliseconds inside; null is what cannot be read. */
const overlapOf = (text: string) => (/^P(0[WD]|T0[HMS])$/.test(text) ? 0 : addIsoDuration(0, text, 'UTC'));
const overlap = z
  .string()
  .refine(
    (text) => (overlapOf(text) ?? overlapMaxMs + 1) <= overlapMaxMs,
    'is not an ISO 8601 duration of up to 7 days',
  )
  .transform((text) => overlapOf(text) ?? 0)
  .default(DAY_MS)
  .meta({ type: 'string', format: 'duration', default: 'P1D', description: '`PT0S`: the old key is dead within 5 s.' });
const expiresAt = instantIn.nullable().optional();

export const createApiKeyRoute = defineRoute({
  method: 'post',
  path: keys,
  permission: 'api_keys:write',
  rateClass: 'secret',
  tag,
  summary: 'Make an API key',
  body: bodyOf({
    name,
    role: textUpTo(60)
      .default('integrator')
      .meta({ description: 'A built-in role, or `role_…`; it may allow nothing the caller does not hold.' }),
    scopes,
    expires_at: expiresAt,
  }),
  answers: { 201: { description: 'The key.', schema: keyShown } },
  refusals: ['forbidden', 'quota_reached', 'card_number_refused'],
});

export const listApiKeysRoute = defineRoute({
  method: 'get',
  path: keys,
  permission: 'api_keys:read',
  tag,
  summary: 'List the tenant’s API keys',
  query: listQuery({}),
  answers: { 200: { description: 'A page of keys, newest first.', schema: pageOf(apiKey) } },
});

export const readApiKeyRoute = defineRoute({
  method: 'get',
  path: key,
  permission: 'api_keys:read',
  tag,
  summary: 'Read an API key',
  answers: keyAnswer,
});

export const changeApiKeyRoute = defineRoute({
  method: 'put',
  path: key,
  permission: 'api_keys:write',
  tag,
  summary: 'Rename a key, or narrow its scopes',
  body: bodyOf({ name: name.optional(), scopes }),
  answers: keyAnswer,
  refusals: ['invalid_state', 'card_number_refused'],
});

export const rotateApiKeyRoute = defineRoute({
  method: 'post',
  path: `${key}/rotate`,
  permission: 'api_keys:write',
  rateClass: 'secret',
  tag,
  summary: 'Make a key that takes this one’s place; both open until the overlap is over',
  body: bodyOf({
    overlap,
    expires_at: expiresAt.meta({ description: 'Of the new key; absent: it lives as long as the old one was to.' }),
  }),
  answers: { 201: { description: 'The new key.', schema: keyShown } },
  refusals: ['forbidden', 'invalid_state'],
});

export const revokeApiKeyRoute = defineRoute({
  method: 'delete',
  path: key,
  permission: 'api_keys:write',
  tag,
  summary: 'Revoke a key: dead everywhere within 5 s, for good',
  body: emptyBody,
  answers: keyAnswer,
  refusals: ['invalid_state'],
});
