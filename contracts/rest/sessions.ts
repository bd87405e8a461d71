import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.ts';
import { bodyOf, emptyBody, formatError, idText, instantOut, textUpTo } from './fields.ts';
import { defineRoute } from './route.ts';

const tag = 'Sessions';

const place = z
  .object({
    tenant_id: z.string(),
    name: z.string(),
    mode: z.enum(['sandbox', 'live']),
    status: z.enum(['active', 'suspended', 'deleting', 'deleted']),
    role: z.string(),
  })
  .meta({ id: 'Place', description: 'A business a user belongs to, and as what.' });

export const whoAmI = z
  .object({
    kind: z.enum(['user', 'operator', 'customer', 'api_key', 'oauth_client']),
    session_id: z.string().nullable().meta({ description: 'Null for a key or token.' }),
    actor: z.string().meta({ description: 'The id of the user, customer, key or client.' }),
    email: z.string().nullable(),
    name: z.string().nullable(),
    language: z.string().nullable().meta({ description: 'A customer’s, where it is known: a language tag.' }),
    timezone: z.string().nullable().meta({ description: 'A customer’s: an IANA name.' }),
    tenant: place
      .omit({ role: true })
      .extend({
        help_url: z.string().nullable().meta({ description: 'Where its customers find help: http or https.' }),
        support_url: z.string().nullable().meta({ description: 'Where its customers ask for support: http or https.' }),
      })
      .nullable()
      .meta({ description: 'Null for an operator outside every tenant.' }),
    role: z.string(),
    permissions: z.array(z.enum(permissions)),
    places: z.array(place).meta({ description: 'Where this user may switch to.' }),
    entered: z
      .object({ reason: z.string(), until: instantOut })
      .nullable()
      .meta({ description: 'An operator inside a tenant.' }),
    origin: z.string().meta({ description: 'With a session, a call that changes something must come from here.' }),
    return_url: z.string().nullable().meta({ description: 'Where a customer came from.' }),
    expires_at: instantOut
      .nullable()
      .meta({ description: 'At the latest; earlier after half an hour without a call.' }),
  })
  .meta({ id: 'Session', description: 'Who speaks, for which business, and what that may do there.' });
export type WhoAmIBody = z.input<typeof whoAmI>;

const sessionInList = z
  .object({
    session_id: z.string(),
    is_current: z.boolean(),
    tenant_id: z.string().nullable(),
    started_at: instantOut,
    last_seen_at: instantOut,
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
  })
  .meta({ id: 'SessionInList' });
export type SessionInListBody = z.input<typeof sessionInList>;

const sessionAnswer = { description: 'The session, under another secret.', schema: whoAmI };

export const readSessionRoute = defineRoute({
  method: 'get',
  path: '/session',
  permission: null,
  forCustomers: {},
  tag,
  summary: 'Who speaks, and what that may do',
  answers: { 200: { description: 'Whoever signed in, or the holder of the key or token.', schema: whoAmI } },
});

export const listSessionsRoute = defineRoute({
  method: 'get',
  path: '/sessions',
  permission: null,
  forCustomers: {},
  tag,
  summary: 'List your own sessions, the newest first',
  answers: {
    200: { description: 'All that are alive, at most fifty.', schema: z.object({ data: z.array(sessionInList) }) },
  },
});

export const endSessionRoute = defineRoute({
  method: 'delete',
  path: '/sessions/{session_id}',
  permission: null,
  forCustomers: {},
  tag,
  summary: 'End one of your own sessions',
  body: emptyBody,
  answers: { 200: { description: 'Ended.', schema: z.object({ session_id: z.string(), ended: z.literal(true) }) } },
});

export const switchTenantRoute = defineRoute({
  method: 'post',
  path: '/session/tenant',
  permission: null,
  tag,
  summary: 'Go on in another business you belong to',
  body: bodyOf({ tenant_id: idText }),
  answers: { 200: sessionAnswer },
  refusals: ['forbidden', 'cross_site_request', 'invalid_state', 'tenant_suspended'],
});

export const enterTenantRoute = defineRoute({
  method: 'post',
  path: '/session/enter',
  permission: 'tenants:manage',
  tag,
  summary: 'As an operator, act inside a tenant for at most an hour; written into its audit with the reason',
  body: bodyOf({ tenant_id: idText, reason: textUpTo(500) }),
  answers: { 200: sessionAnswer },
  refusals: ['forbidden', 'cross_site_request', 'invalid_state', 'card_number_refused'],
});

export const leaveTenantRoute = defineRoute({
  method: 'post',
  path: '/session/leave',
  permission: 'tenants:manage',
  tag,
  summary: 'Leave the tenant entered',
  body: emptyBody,
  answers: { 200: sessionAnswer },
  refusals: ['forbidden', 'cross_site_request', 'invalid_state'],
});

export const createPortalSessionRoute = defineRoute({
  method: 'post',
  path: '/customers/{customer_id}/portal-session',
  permission: 'portal_sessions:write',
  rateClass: 'secret',
  tag: 'Portals',
  summary: 'Make a link that signs a customer into the portal: good once, for five minutes; every call makes another',
  body: bodyOf({
    return_url: z
      .url({ protocol: /^https?$/, error: formatError('is not an http or https address') })
      .max(2_000)
      .optional()
      .meta({ description: 'Where the portal leads back to.' }),
  }),
  answers: {
    201: {
      description: 'Send the customer’s browser there.',
      schema: z.object({ url: z.string(), expires_at: instantOut }),
    },
  },
  refusals: ['customer_inactive', 'card_number_refused'],
});
