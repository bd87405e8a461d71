import type { Change, ChangeTeller } from '../../adapters/live/port.ts';
import type { TenantId } from '../../domain/ids.ts';

/** Each once, however many facts were about it. */
export async function tellChanges(
  teller: ChangeTeller | undefined,
  facts: readonly { tenantId: TenantId; changes: readonly Change[] }[],
): Promise<void> {
  if (teller === undefined) return;
  const byTenant = new Map<TenantId, Map<string, Change>>();
  for (const { tenantId, changes } of facts) {
    if (changes.length === 0) continue;
    const known = byTenant.get(tenantId) ?? new Map<string, Change>();
    for (const change of changes) known.set(`${change.kind}/${change.id}`, change);
    byTenant.set(tenantId, known);
  }
  await teller.tell(new Map([...byTenant].map(([tenantId, known]) => [tenantId, [...known.values()]])));
}
