import { z } from 'zod';
import { bodyOf, currency, instantOut, languageTag, textUpTo, timezone } from './fields.ts';
import { defineRoute } from './route.ts';
import { deletionOut, limitsOut, tenantMode, tenantName, tenantStatus, usageOut } from './tenants.ts';

const tag = 'Tenant';

const disputePolicy = z.enum(['nothing', 'pause', 'cancel']);
const amountMax = z.int().min(1).max(9_999_999_999);
const url = z.url({ protocol: /^https?$/, error: 'is not an http(s) address' }).max(500);
const secondsMax = 30 * 86_400;

const settingsShape = {
  support_url: url,
  help_url: url,
  locale: languageTag,
  timezone,
  dunning: z.strictObject({
    base_delay_seconds: z.int().min(60).max(secondsMax).optional(),
    attempt_count_max: z.int().min(1).max(10).optional(),
    final_action: z.enum(['cancel', 'pause', 'leave_past_due']).optional(),
  }),
  catch_up: z.enum(['all', 'latest']).meta({
    description: 'Which periods are charged that passed while nobody was awake.',
  }),
  renewal_jitter_seconds: z.int().min(0).max(86_400),
  amount_max: z.union([amountMax, z.record(currency, amountMax)]).meta({
    description:
      'The most that one charge or invoice by hand may take, in minor units: of every currency, or by currency.',
  }),
  disputes: z.strictObject({ on_open: disputePolicy.optional(), on_lost: disputePolicy.optional() }),
} as const;

const settingsOut = z
  .object(settingsShape)
  .partial()
  .meta({ id: 'TenantSettings', description: 'What is absent is as the platform does it by default.' });

const nullable = Object.fromEntries(
  Object.entries(settingsShape).map(([name, schema]) => [name, (schema as z.ZodType).nullable().optional()]),
) as { [Name in keyof typeof settingsShape]: z.ZodOptional<z.ZodNullable<(typeof settingsShape)[Name]>> };

const ownTenant = z
  .object({
    tenant_id: z.string(),
    name: z.string(),
    mode: tenantMode,
    status: tenantStatus,
    pair_id: z.string().nullable(),
    limits: limitsOut,
    usage: usageOut,
    settings: settingsOut,
    exported_at: instantOut.nullable(),
    deletion: deletionOut,
    created_at: instantOut,
    updated_at: instantOut,
  })
  .meta({ id: 'OwnTenant', description: 'The caller’s own tenant.' });

export type OwnTenantBody = z.input<typeof ownTenant>;
export type SettingsBody = z.input<typeof settingsOut>;

const path = '/tenant';
const answers = { 200: { description: 'The tenant.', schema: ownTenant } };

export const readOwnTenantRoute = defineRoute({
  method: 'get',
  path,
  permission: 'tenant:read',
  tag,
  summary: 'Read the own tenant: mode, status, limits, usage, settings',
  answers,
});

export const changeOwnTenantRoute = defineRoute({
  method: 'put',
  path,
  permission: 'tenant:write',
  tag,
  summary: 'Rename the own tenant, or change its settings: each named one is replaced, null takes it away',
  body: bodyOf({ name: tenantName.optional(), settings: z.strictObject(nullable).optional() }),
  answers,
  refusals: ['invalid_state'],
});

export const deleteOwnTenantRoute = defineRoute({
  method: 'delete',
  path,
  permission: 'tenant:delete',
  tag,
  summary: 'Ask for the own tenant’s deletion: charges stop now, data is erased after the grace',
  body: bodyOf({
    confirm: z.string().max(200).meta({ description: 'The tenant’s name, to the letter.' }),
    reason: textUpTo(500).optional(),
    grace_days: z.int().min(0).max(365).optional().meta({
      description: '30 where absent; less than 7 only for sandbox tenants.',
    }),
    export_waived: z.boolean().default(false).meta({
      description: 'Erase also without an export made after this request.',
    }),
  }),
  answers,
  refusals: ['invalid_state'],
});

export const exportOwnTenantRoute = defineRoute({
  method: 'get',
  path: `${path}/export`,
  permission: 'tenant:write',
  tag,
  summary: 'Everything stored about the own tenant but secrets, as one JSON object a line: `{"table", "row"}`',
  answers: {
    200: {
      description:
        'As of one instant. The last line is `{"end": true, "rows": <count>}`: without it the export is not whole.',
      contentType: 'application/x-ndjson',
      schema: z.unknown().meta({ type: 'string' }),
    },
  },
});
