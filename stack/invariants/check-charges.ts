import type { ProviderRegistry } from '../../adapters/payments/registry.ts';
import type { Sql } from '../../db/database.ts';
import { listChargingProviders } from '../../db/queries/outside-facts.ts';
import type { TenantId } from '../../domain/ids.ts';
import { cannotBeAsked, type MatchedCharges, matchCharges } from './match-charges.ts';

export interface CheckedCharges extends MatchedCharges {
  tenants: number;
  omitted: string[];
}

/** I6 of every tenant with every provider that it has attempts with, through the registry the workers charge by. */
export async function checkCharges(parts: {
  owner: Sql;
  providers: ProviderRegistry;
  tenantId: TenantId | null;
  toleratedMs: number;
  onProgress: (line: string) => void;
}): Promise<CheckedCharges> {
  const { owner, providers, toleratedMs, onProgress } = parts;
  const total: CheckedCharges = { violations: [], attempts: 0, charges: 0, tenants: 0, omitted: [] };
  const registered = providers.names();
  const unlisted = new Set<string>();
  const pairs = await listChargingProviders(owner, parts.tenantId);
  total.tenants = new Set(pairs.map(({ tenantId }) => tenantId)).size;
  for (const [index, { tenantId, provider: name }] of pairs.entries()) {
    if (!registered.includes(name)) {
      total.violations.push(cannotBeAsked({ tenantId, provider: name }, new Error('no such provider is registered')));
      continue;
    }
    const provider = providers.get(name);
    if (!provider.capabilities.listCharges) {
      unlisted.add(name);
      continue;
    }
    const matched = await matchCharges({ owner, provider, tenantId, toleratedMs });
    total.violations.push(...matched.violations);
    total.attempts += matched.attempts;
    total.charges += matched.charges;
    if (index % 100 === 99) onProgress(`${index + 1} of ${pairs.length} lists of charges matched`);
  }
  total.omitted = [...unlisted].map((name) => `I6 of ${name}: it lists no charges`);
  return total;
}
