import type { DocumentRenderer } from '../adapters/documents/port.ts';
import type { BillingContext } from '../billing/context.ts';
import type { Answer } from '../contracts/answer.ts';
import type { Authenticate } from '../identity/authenticate-api-key.ts';
import type { Logger } from '../runtime/logger.ts';

/** A provider's notification as it came, header names in lower case. */
export interface IncomingWebhook {
  provider: string;
  headers: Record<string, string | undefined>;
  rawBody: Uint8Array;
}

/** What the API is given by the process it runs in. */
export interface ApiParts {
  context: BillingContext;
  documents: DocumentRenderer;
  authenticate: Authenticate;
  /** Null: nobody here knows that provider. */
  receiveWebhook: (webhook: IncomingWebhook) => Promise<Answer | null>;
  logger: Logger;
}
