import type { Sql } from '../../db/database.ts';
import { findEndpoints } from '../../db/queries/webhook-endpoints.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Sealer } from '../../runtime/sealer.ts';

/** Where a notification belongs, and what it must be signed with. */
export interface Endpoint {
  /** Null where the notification itself names its tenant. */
  tenantId: TenantId | null;
  id: string;
  secret: string;
  settings: Readonly<Record<string, string>>;
}

export interface WantedEndpoint {
  provider: string;
  /** From the address. */
  endpoint: string | null;
  /** The account the body says it is about: not verified yet, it only selects the secret it must verify with. */
  accountRef: string | null;
}

export type FindEndpoint = (wanted: WantedEndpoint) => Promise<Endpoint | null>;

export interface EndpointFinderParts {
  sql: Sql;
  sealer: Sealer;
  /** Providers whose secret is the operator's. */
  operated: Readonly<Record<string, Endpoint>>;
  /** An endpoint disabled or replaced lives on for so long in a process that has seen it. */
  keptMs?: number;
}

/** Bounds what addresses nobody has can fill. */
const keptCountMax = 2_000;

/** By its id; else by the account; else the only one there is. Found or not, the answer is kept for some seconds. */
export function createEndpointFinder({ sql, sealer, operated, keptMs = 3_000 }: EndpointFinderParts): FindEndpoint {
  const kept = new Map<string, { until: number; found: Promise<Endpoint | null> }>();

  async function one(wanted: Parameters<typeof findEndpoints>[1]): Promise<Endpoint | null> {
    const [row, another] = await findEndpoints(sql, wanted);
    if (row === undefined || another !== undefined) return null;
    const { tenantId, id, settings, secret: sealed, sealedBy } = row;
    return { tenantId, id, settings, secret: sealer.open({ sealed, sealedBy }, endpointPurpose(tenantId, id)) };
  }

  async function look({ provider, endpoint, accountRef }: WantedEndpoint): Promise<Endpoint | null> {
    if (endpoint !== null) return one({ provider, id: endpoint, accountRef: null });
    const ofAccount = accountRef === null ? null : await one({ provider, id: null, accountRef });
    return ofAccount ?? one({ provider, id: null, accountRef: null });
  }

  return (wanted) => {
    const { provider, endpoint, accountRef } = wanted;
    const own = Object.hasOwn(operated, provider) ? operated[provider] : undefined;
    if (own !== undefined && endpoint === null) return Promise.resolve(own);
    const key = JSON.stringify([provider, endpoint, accountRef]);
    const known = kept.get(key);
    if (known !== undefined && known.until > performance.now()) return known.found;
    const found = look(wanted);
    kept.delete(key);
    kept.set(key, { until: performance.now() + keptMs, found });
    found.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > keptCountMax && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}

/** What an endpoint's secret is sealed for: in another row it does not open. */
export function endpointPurpose(tenantId: string, endpointId: string): string {
  return `webhook/${tenantId}/${endpointId}`;
}
