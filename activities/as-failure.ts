import { log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { ProviderError } from '../adapters/payments/provider-error.ts';
import type { BillingContext } from '../billing/context.ts';
import { scrubCardNumbers } from '../runtime/card-number.ts';

export interface ActivityParts {
  context: BillingContext;
  /** The database is away or asks for another try; nothing is wrong with the step. */
  isInfrastructureError: (error: unknown) => boolean;
}

const messageCharactersMax = 500;

/** The message alone goes into histories, which operators read and which outlive the process; the log keeps the causes. */
function describe(error: unknown): string {
  return scrubCardNumbers(error instanceof Error ? error.message : String(error)).slice(0, messageCharactersMax);
}

function asFailure(error: unknown, isInfrastructureError: ActivityParts['isInfrastructureError']): ApplicationFailure {
  const message = describe(error);
  if (error instanceof ProviderError && (error.kind === 'not_sent' || error.kind === 'rate_limited')) {
    log.warn('provider not reached', { error });
    return ApplicationFailure.create({ message, type: 'ProviderNotReached', nextRetryDelay: error.retryAfterMs });
  }
  if (isInfrastructureError(error)) {
    log.warn('step postponed', { error });
    return ApplicationFailure.create({ message, type: 'Infrastructure' });
  }
  log.error('step failed', { error });
  return ApplicationFailure.create({ message, type: 'StepFailure', nonRetryable: true });
}

/** What repeating may cure is retryable; the rest is a `StepFailure`, which counts against the subscription (style §3). */
export async function orFailure<T>(parts: ActivityParts, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw asFailure(error, parts.isInfrastructureError);
  }
}

/** For what must not be given up, whatever the error. */
export async function orAgain<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    log.error('step failed and is repeated', { error });
    throw ApplicationFailure.create({ message: describe(error), type: 'Repeated' });
  }
}
