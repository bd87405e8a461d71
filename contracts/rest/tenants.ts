import { z } from 'zod';
import { bodyOf, emptyBody, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';
import { invitationWithUrl, invitedEmail } from './users.ts';

const tag = 'Platform';
const permission = 'tenants:manage';

export const tenantMode = z.enum(['sandbox', 'live']);
export const tenantStatus = z.enum(['active', 'suspended', 'deleting', 'deleted']);
export const tenantName = textUpTo(200);

export const limitsOut = z
  .object({
    requests_per_second: z.int().optional(),
    concurrent_requests: z
      .int()
      .optional()
      .meta({ description: 'Calls under way at once, per process of the API; streams of changes are not among them.' }),
    subscriptions: z.int().optional(),
    plans: z.int().optional(),
    api_keys: z.int().optional(),
    users: z.int().optional(),
  })
  .meta({ id: 'TenantLimits', description: 'What is absent has the platform’s own limit, or none.' });

export const usageOut = z.object({ subscriptions: z.int(), plans: z.int(), api_keys: z.int(), users: z.int() }).meta({
  id: 'TenantUsage',
  description: 'Live subscriptions, active plans, keys that open anything, users with those invited.',
});

export const deletionOut = z
  .object({
    requested_at: instantOut,
    delete_after: instantOut,
    export_waived: z.boolean(),
    waits_for: z.enum(['export', 'grace']).meta({
      description: '`export`: one made after the request is missing, and nothing is erased before it.',
    }),
  })
  .nullable();

const tenant = z
  .object({
    tenant_id: z.string(),
    name: z.string(),
    mode: tenantMode,
    status: tenantStatus,
    status_reason: z.string().nullable(),
    pair_id: z.string().nullable().meta({ description: 'The other half of a pair of a live and a sandbox tenant.' }),
    limits: limitsOut,
    exported_at: instantOut.nullable(),
    deletion: deletionOut,
    created_at: instantOut,
    updated_at: instantOut,
  })
  .meta({ id: 'Tenant', description: 'A business on the platform, as its operators see it.' });

export type TenantBody = z.input<typeof tenant>;

const openedTenants = z
  .object({
    data: z.array(tenant),
    owner_invitations: z
      .array(invitationWithUrl.extend({ tenant_id: z.string() }).meta({ id: 'OwnerInvitation' }))
      .optional()
      .meta({ description: 'Where an owner was named.' }),
  })
  .meta({ id: 'OpenedTenants' });

const tenantAnswer = { 200: { description: 'The tenant.', schema: tenant } };

const limit = z.int().min(0).max(1_000_000_000);
const rate = z.int().min(1).max(1_000_000);

/** Merged by name into what is there; null removes a limit. */
const limitsIn = z.strictObject({
  requests_per_second: rate.nullable().optional(),
  concurrent_requests: rate.nullable().optional(),
  subscriptions: limit.nullable().optional(),
  plans: limit.nullable().optional(),
  api_keys: limit.nullable().optional(),
  users: limit.nullable().optional(),
});

const tenants = '/tenants';
const one = `${tenants}/{tenant_id}` as const;
const reason = textUpTo(500);

export const createTenantsRoute = defineRoute({
  method: 'post',
  path: tenants,
  permission,
  rateClass: 'secret',
  tag,
  summary: 'Open tenants for a business: a live and a sandbox one that know each other, or one of them',
  body: bodyOf({
    name: tenantName,
    modes: z.array(tenantMode).min(1).max(2).default(['live', 'sandbox']),
    limits: limitsIn.optional(),
    owner_email: invitedEmail.optional().meta({ description: 'Is invited as the owner of each of them.' }),
  }),
  answers: {
    201: {
      description: 'The tenants, in the order asked for.',
      schema: openedTenants,
    },
  },
  refusals: ['card_number_refused'],
});

export const listTenantsRoute = defineRoute({
  method: 'get',
  path: tenants,
  permission,
  tag,
  summary: 'List tenants',
  query: listQuery({
    status: tenantStatus.optional(),
    mode: tenantMode.optional(),
    text: z.string().min(1).max(200).optional().meta({ description: 'Within the name.' }),
  }),
  answers: { 200: { description: 'A page of tenants, newest first.', schema: pageOf(tenant) } },
});

export const readTenantRoute = defineRoute({
  method: 'get',
  path: one,
  permission,
  tag,
  summary: 'Read a tenant, with what it uses of its limits',
  answers: {
    200: {
      description: 'The tenant.',
      schema: tenant.extend({ usage: usageOut }).meta({ id: 'TenantWithUsage' }),
    },
  },
});

export const changeTenantRoute = defineRoute({
  method: 'put',
  path: one,
  permission,
  tag,
  summary: 'Rename a tenant, or change its limits',
  body: bodyOf({ name: tenantName.optional(), limits: limitsIn.optional() }),
  answers: tenantAnswer,
  refusals: ['invalid_state'],
});

export const suspendTenantRoute = defineRoute({
  method: 'post',
  path: `${one}/suspend`,
  permission,
  tag,
  summary: 'Suspend a tenant: nobody of it gets in, and nothing new is charged',
  body: bodyOf({ reason }),
  answers: tenantAnswer,
  refusals: ['invalid_state'],
});

export const reactivateTenantRoute = defineRoute({
  method: 'post',
  path: `${one}/reactivate`,
  permission,
  tag,
  summary: 'Let a suspended tenant go on; what became due meanwhile follows by itself',
  body: emptyBody,
  answers: tenantAnswer,
  refusals: ['invalid_state'],
});

export const requestTenantDeletionRoute = defineRoute({
  method: 'delete',
  path: one,
  permission,
  tag,
  summary: 'Ask for a tenant’s deletion: charges stop now, data is erased after the grace',
  body: bodyOf({
    reason,
    grace_days: z.int().min(0).max(365).optional().meta({
      description: '30 where absent; less than 7 only for sandbox tenants.',
    }),
    export_waived: z.boolean().default(false).meta({
      description: 'Erase also without an export made after this request.',
    }),
  }),
  answers: tenantAnswer,
  refusals: ['invalid_state'],
});

export const cancelTenantDeletionRoute = defineRoute({
  method: 'post',
  path: `${one}/cancel-deletion`,
  permission,
  tag,
  summary: 'Take a deletion back while its grace lasts',
  body: emptyBody,
  answers: tenantAnswer,
  refusals: ['invalid_state'],
});
