import { createSandboxProvider } from '../../adapters/payments/sandbox/sandbox-provider.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { findViolations, type Violation } from '../../db/queries/invariants.ts';
import { listTenantIds } from '../../db/queries/outside-facts.ts';
import type { TenantId } from '../../domain/ids.ts';
import { connectTemporal } from '../../runtime/temporal-connection.ts';
import type { PlatformAddresses } from '../find-platform.ts';
import { matchCharges } from './match-charges.ts';
import { matchWorkflows } from './match-workflows.ts';

export interface InvariantOptions {
  /** Only this tenant's rows, charges and workflows. */
  tenantId?: TenantId;
  /** What is younger may still be in flight; default 60 s. */
  toleratedMs?: number;
  onProgress?: (line: string) => void;
}

export interface InvariantReport {
  violations: Violation[];
  /** How much was looked at. */
  counts: { tenants: number; subscriptions: number; attempts: number; charges: number; workflows: number };
}

/** I1–I8 and I10–I12 of the running system: its rows, the provider's list of charges and the engine's open workflows. */
export async function checkInvariants(
  addresses: PlatformAddresses,
  options: InvariantOptions = {},
): Promise<InvariantReport> {
  const { toleratedMs = 60_000, onProgress = () => undefined } = options;
  const tenantId = options.tenantId ?? null;
  const owner = openDatabase(addresses.databaseUrl, { max: 4, name: 'redcore-invariants' });
  try {
    const tenantIds = tenantId === null ? (await listTenantIds(owner)).map((row) => row.tenantId) : [tenantId];
    const setting = { owner, addresses, tenantId, toleratedMs, onProgress };
    const rows = await findViolations(owner, { toleratedMs, ...(tenantId === null ? {} : { tenantId }) });
    const charges = await checkCharges(setting, tenantIds);
    const workflows = await checkWorkflows(setting);
    return {
      violations: [...rows, ...charges.violations, ...workflows.violations],
      counts: {
        tenants: tenantIds.length,
        subscriptions: workflows.subscriptions,
        attempts: charges.attempts,
        charges: charges.charges,
        workflows: workflows.workflows,
      },
    };
  } finally {
    await owner.end({ timeout: 5 });
  }
}

interface Setting {
  owner: Sql;
  addresses: PlatformAddresses;
  tenantId: TenantId | null;
  toleratedMs: number;
  onProgress: (line: string) => void;
}

async function checkCharges({ owner, addresses, toleratedMs, onProgress }: Setting, tenantIds: readonly TenantId[]) {
  const provider = createSandboxProvider({ baseUrl: addresses.sandboxProviderUrl });
  const total = { violations: [] as Violation[], attempts: 0, charges: 0 };
  try {
    for (const [index, tenantId] of tenantIds.entries()) {
      const matched = await matchCharges({ owner, provider, tenantId, toleratedMs });
      total.violations.push(...matched.violations);
      total.attempts += matched.attempts;
      total.charges += matched.charges;
      if (index % 100 === 99) onProgress(`charges of ${index + 1} of ${tenantIds.length} tenants matched`);
    }
  } finally {
    provider.close();
  }
  return total;
}

async function checkWorkflows({ addresses, ...setting }: Setting) {
  const temporal = await connectTemporal({
    address: addresses.temporalAddress,
    namespace: addresses.temporalNamespace,
  });
  try {
    return await matchWorkflows({ ...setting, client: temporal.client });
  } finally {
    await temporal.close();
  }
}
