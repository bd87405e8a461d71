import { randomUUID } from 'node:crypto';
import { openDatabase, type Sql } from '../../db/database.ts';
import { findViolations, type Violation } from '../../db/queries/invariants.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createAuditChain } from '../../pipelines/audit/audit-chain.ts';
import { verifyAudit } from '../../pipelines/audit/verify-audit.ts';
import { createSealer } from '../../runtime/sealer.ts';
import { connectTemporal, type TemporalConnection } from '../../runtime/temporal-connection.ts';
import { openUnwatchedProviders } from '../../workers/open-providers.ts';
import type { PlatformAddresses } from '../find-platform.ts';
import type { SealKeys } from '../find-seal-keys.ts';
import { findCardNumbers } from './card-numbers/find-card-numbers.ts';
import { checkCharges } from './check-charges.ts';
import { matchWorkflows } from './match-workflows.ts';

export interface InvariantOptions {
  /** Only this tenant's rows, charges and workflows. */
  tenantId?: TenantId | null | undefined;
  /** What is younger may still be in flight; default 60 s. */
  toleratedMs?: number;
  /** What opens the tenants' accounts at providers, and verifies the audit; without them neither can be asked. */
  sealKeys?: SealKeys | null;
  /** Where the platform's processes log, if here. */
  logDir?: string;
  onProgress?: (line: string) => void;
}

export interface InvariantReport {
  violations: Violation[];
  /** What was not looked at, and why. */
  omitted: string[];
  /** How much was looked at. */
  counts: {
    tenants: number;
    subscriptions: number;
    carriers: number;
    attempts: number;
    charges: number;
    workflows: number;
    auditRows: number;
  };
  /** Of I14. */
  searched: { columns: number; messages: number; redisKeys: number; logFiles: number; histories: number };
}

/** I1–I14 of the running system: its rows and audit, the providers' lists of charges, the engine's workflows, and every place with text. */
export async function checkInvariants(
  addresses: PlatformAddresses,
  options: InvariantOptions = {},
): Promise<InvariantReport> {
  const { toleratedMs = 60_000, onProgress = () => undefined, logDir } = options;
  const tenantId = options.tenantId ?? null;
  const owner = openDatabase(addresses.databaseUrl, { max: 4, name: 'redcore-invariants', readsEverything: true });
  const providers = openUnwatchedProviders({
    config: { sandboxProviderUrl: addresses.sandboxProviderUrl, publicUrl: '', allowsLocalProviders: true },
    database: { sql: owner },
    sealer: createSealer(options.sealKeys ?? [{ name: '(none)', secret: randomUUID() }]),
  });
  const { temporalAddress: address, temporalNamespace: namespace, kafkaBrokers, redisUrl } = addresses;
  let temporal: TemporalConnection | undefined;
  try {
    temporal = await connectTemporal({ address, namespace });
    const { client } = temporal;
    const setting = { owner, client, tenantId, toleratedMs, onProgress };
    const rows = await findViolations(owner, { toleratedMs, ...(tenantId === null ? {} : { tenantId }) });
    const charges = await checkCharges({ ...setting, providers: providers.registry });
    const workflows = await matchWorkflows(setting);
    const audit = await checkAudit(owner, options.sealKeys ?? null, { tenantId, toleratedMs });
    const cards = await findCardNumbers({ ...setting, kafkaBrokers, redisUrl, logDir });
    return {
      violations: [...rows, ...charges.violations, ...workflows.violations, ...audit.violations, ...cards.violations],
      omitted: [...charges.omitted, ...audit.omitted, ...cards.omitted],
      counts: {
        tenants: charges.tenants,
        subscriptions: workflows.subscriptions,
        carriers: workflows.carriers,
        attempts: charges.attempts,
        charges: charges.charges,
        workflows: workflows.workflows,
        auditRows: audit.rows,
      },
      searched: cards.counts,
    };
  } finally {
    await Promise.all([temporal?.close(), providers.close(), owner.end({ timeout: 5 })]);
  }
}

/** I13. */
async function checkAudit(
  owner: Sql,
  sealKeys: SealKeys | null,
  options: { tenantId: TenantId | null; toleratedMs: number },
): Promise<{ violations: Violation[]; omitted: string[]; rows: number }> {
  if (sealKeys === null) return { violations: [], omitted: ['I13: REDCORE_SEAL_KEYS is not set'], rows: 0 };
  const { breaks, rows } = await verifyAudit(owner, createAuditChain(sealKeys), options);
  const violations = breaks.map(({ what, ...row }) => ({ invariant: 'I13', what: `an audit row ${what}`, row }));
  return { violations, omitted: [], rows };
}
