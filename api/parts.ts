import type { DocumentRenderer } from '../adapters/documents/port.ts';
import type { AddressOfWorkflow } from '../adapters/engine/port.ts';
import type { AccessParts } from '../billing/access/access-call.ts';
import type { BillingContext } from '../billing/context.ts';
import type { Answer } from '../contracts/answer.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { Accounts } from '../identity/accounts/accounts.ts';
import type { PortalParts } from '../identity/portal-parts.ts';
import type { Authenticate } from '../identity/principal.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Gate } from './gateway/gate.ts';
import type { DenialNotes } from './gateway/note-denial.ts';
import type { LiveStreams } from './live/live-streams.ts';

/** A provider's notification as it came, header names in lower case. */
export interface IncomingWebhook {
  provider: string;
  /** Of the address; null where it names none. */
  endpoint: string | null;
  headers: Record<string, string | undefined>;
  rawBody: Uint8Array;
}

/** Refuses a provider or endpoint nobody has with `not_found`. */
export type ReceiveWebhook = (webhook: IncomingWebhook) => Promise<Answer>;

/** What the API is given by the process it runs in. */
export interface ApiParts {
  context: BillingContext;
  /** As the system role: for operators' calls, which are of no tenant. */
  system: TenantDatabase;
  documents: DocumentRenderer;
  /** Of people, for what they change of their own; as the identity role. */
  accounts: Accounts;
  authenticate: Authenticate;
  denials: DenialNotes;
  portals: PortalParts;
  access: AccessParts;
  gate: Gate;
  /** CIDRs from which `/metrics` is there; absent: from nowhere. */
  metricsNetworks?: readonly string[];
  addressOfWorkflow: AddressOfWorkflow;
  live: LiveStreams;
  receiveWebhook: ReceiveWebhook;
  /** Where the identity service listens inside; absent where the API runs without one. */
  identityUrl?: string;
  logger: Logger;
}
