import type { PaymentProvider } from '../adapters/payments/port.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { TenantId } from '../domain/ids.ts';
import type { WorkflowRef } from '../domain/workflow-ref.ts';
import type { Sealer } from '../runtime/sealer.ts';
import type { ProviderGates } from './attempts/provider-gates.ts';

/** A wake or start owed to the engine since the commit; whoever can, sends it at once, else the relay does. */
export type OwedIntent = WorkflowRef & {
  id: string;
  kind: 'start' | 'wake';
  tenantId: TenantId;
  /** It only brings up to date what the engine shows: several of one workflow may become one, within the minute it is due in. */
  onlyRefreshes?: boolean;
};

export type Origin = 'workflow' | 'api' | 'webhook' | 'reconciler';

/** What verbs are given by the process they run in. */
export interface BillingContext {
  database: TenantDatabase;
  provider: (name: string) => PaymentProvider;
  /** Absent: calls to providers are not limited here. */
  gates?: ProviderGates;
  /** For credentials and secrets of tenants. */
  sealer: Sealer;
  /** Where the API is reached from outside, without a slash at its end. */
  publicUrl: string;
  /** Tenants may name addresses of their own for test accounts: those of the sandbox's dialects, on this machine. */
  allowsLocalProviders: boolean;
  /** Called after commit, never inside a transaction; must not throw. */
  sendIntents: (intents: readonly OwedIntent[]) => void;
}

/** Who asks, as timeline, audit and envelope name them. */
export interface Caller {
  actor: string;
  origin: Origin;
  requestId: string | null;
  /** For the audit: where the call came from, as trusted proxies tell it; of customers only what was refused keeps it. */
  ipAddress?: string | null;
  /** For the audit: of a customer's session, who made the link that opened it. */
  linkMadeBy?: string | null;
}

export const workflowCaller: Caller = { actor: 'workflow', origin: 'workflow', requestId: null };
