import { z } from 'zod';
import { idText, instantIn, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const auditRow = z
  .object({
    audit_id: z.string(),
    at: instantOut,
    actor: z.string(),
    action: z.string(),
    resource_id: z.string(),
    request_id: z.string().nullable(),
    ip_address: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    position: z.int().nullable(),
    hash: z.string().nullable(),
  })
  .meta({
    id: 'AuditRow',
    description:
      'Who did what, with the request it came by and, unless a customer made it, the address it came from. `details` has `before` and `after` of a change, and of personal fields only their names in `changed`. In an erased tenant it has `erased` alone. `position` and `hash` bind the row to the one before; they are null for the moment until it is sealed.',
  });

export type AuditRowBody = z.input<typeof auditRow>;

const filters = {
  actor: idText.optional().meta({ description: 'The id of a key, client, user or customer.' }),
  action: textUpTo(100).optional().meta({ description: 'An action, or what it begins with: `plan.`' }),
  resource_id: idText.optional(),
  from: instantIn.optional(),
  to: instantIn.optional().meta({ description: 'Exclusive.' }),
};

export const listAuditRoute = defineRoute({
  method: 'get',
  path: '/audit',
  permission: 'audit:read',
  tag: 'Audit',
  summary: 'List what was done, by whom',
  query: listQuery(filters),
  answers: { 200: { description: 'A page of audit rows, newest first.', schema: pageOf(auditRow) } },
});

export const exportAuditRoute = defineRoute({
  method: 'get',
  path: '/audit/export',
  permission: 'audit:read',
  tag: 'Audit',
  summary: 'All of the audit, or what is asked of it, as lines of JSON',
  query: z.strictObject(filters),
  answers: {
    200: {
      description:
        'Oldest first, a row to a line as in the list, with `tenant_id`. The last line is `{"exported": n}`: without it the answer was cut off.',
      contentType: 'application/x-ndjson',
      schema: z.unknown().meta({ type: 'string', format: 'binary' }),
    },
  },
});
