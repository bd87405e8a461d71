import type { TenantBody } from '../../contracts/rest/tenants.ts';
import type { TenantRow, TenantUsage } from '../../db/queries/tenants.ts';
import { toIso } from '../../domain/instant.ts';

export function renderTenant(row: TenantRow): TenantBody {
  return {
    tenant_id: row.tenantId,
    name: row.name,
    mode: row.mode,
    status: row.status,
    status_reason: row.statusReason,
    pair_id: row.pairId,
    limits: row.limits,
    exported_at: row.exportedAt === null ? null : toIso(row.exportedAt),
    deletion: renderDeletion(row),
    created_at: toIso(row.createdAt),
    updated_at: toIso(row.updatedAt),
  };
}

export function renderDeletion(row: TenantRow): TenantBody['deletion'] {
  const { status, deletionRequestedAt, deleteAfter, exportWaived, exportedAt } = row;
  if (status !== 'deleting' || deletionRequestedAt === null || deleteAfter === null) return null;
  return {
    requested_at: toIso(deletionRequestedAt),
    delete_after: toIso(deleteAfter),
    export_waived: exportWaived,
    waits_for: exportWaived || exportedAt !== null ? 'grace' : 'export',
  };
}

export function renderUsage({ subscriptions, plans, apiKeys, users }: TenantUsage) {
  return { subscriptions, plans, api_keys: apiKeys, users };
}
