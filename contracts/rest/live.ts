import { z } from 'zod';
import type { Permission } from '../../domain/access/permissions.ts';
import { defineRoute } from './route.ts';

/** What may have changed, with what one must be allowed to read to be told. */
export const permissionOfKind = {
  subscription: 'subscriptions:read',
  payment: 'payments:read',
  invoice: 'invoices:read',
  refund: 'payments:read',
  refund_request: 'refund_requests:decide',
  dispute: 'disputes:read',
  customer: 'customers:read',
  payment_method: 'customers:read',
  plan: 'plans:read',
  test_clock: 'subscriptions:read',
  webhook: 'webhooks:read',
  provider_account: 'providers:read',
  user: 'users:read',
  role: 'users:read',
  api_key: 'api_keys:read',
  tenant: 'tenant:read',
} as const satisfies Record<string, Permission>;

export type ChangeKind = keyof typeof permissionOfKind;

export const changeKinds = Object.keys(permissionOfKind) as ChangeKind[];

/** Of a business: `sequence` only grows, and is the `id` of its event. */
export const liveChanges = z
  .object({
    sequence: z.int(),
    changes: z.array(
      z.object({
        kind: z.enum(changeKinds),
        id: z.string().nullable().meta({ description: 'Null: several of that kind, or one that is not named.' }),
      }),
    ),
  })
  .meta({ id: 'LiveChanges', description: 'What has changed, never how: read it anew.' });
export type LiveChanges = z.input<typeof liveChanges>;

export const followChangesRoute = defineRoute({
  method: 'get',
  path: '/live',
  permission: null,
  forCustomers: {},
  tag: 'Live',
  summary: 'Be told what changes, of what you may read, as it is committed',
  answers: {
    200: {
      description: `Server-sent events until either side ends it. \`changes\` carries what this schema says; \`ready\` says that
the stream begins here; \`reset\` that something may have been missed: read everything anew. \`Last-Event-ID\` goes on where a
stream ended, for a few minutes. A stream ends with its session, key or token, and now and then by itself: connect again.`,
      contentType: 'text/event-stream',
      schema: liveChanges,
    },
  },
  refusals: ['forbidden', 'tenant_suspended'],
});
