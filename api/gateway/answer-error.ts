import { ShortLivedStoreError } from '../../adapters/short-lived/short-lived-store-error.ts';
import type { Call } from '../../billing/call.ts';
import type { Answer } from '../../contracts/answer.ts';
import { passingRefusals, problem, problemOf } from '../../contracts/problem.ts';
import type { RouteContract } from '../../contracts/rest/route.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { DomainError, type RefusalCode } from '../../domain/errors.ts';
import { KeysAwayError } from '../../identity/key-set.ts';
import type { Logger } from '../../runtime/logger.ts';
import { answerHeaders, documentHeaders } from './security-headers.ts';

/** Of a call whose work has begun, where it ends without an answer: what can be known of it. */
export interface Begun {
  changes: boolean;
  hasKey: boolean;
}

export function begunBy({ method }: RouteContract, { claim }: Call): Begun {
  return { changes: method !== 'get', hasKey: claim !== null };
}

/**
 * 503 for a call nobody knows the end of: the answer of a commit may be lost, or come too late. A read is repeated; a change may have
 * been done. Its idempotency key tells, and without one looking does: then nothing asks the caller to repeat it.
 */
export function perhapsDone(reason: string, { changes, hasKey }: Begun): Answer {
  if (!changes) return problem(503, 'service_unavailable', `${reason}; try again.`);
  const advice = hasKey ? 'ask again with the same idempotency key' : 'look whether it was done before repeating it';
  const answer = problem(503, 'service_unavailable', `${reason}. It may have been done: ${advice}.`);
  return hasKey ? answer : { ...answer, mayNotRepeat: true };
}

/** What a thrown error is answered with. Only what nobody expected is logged with its stack. Before any work has begun, `begun` is null. */
export function answerOfError(
  error: unknown,
  log: { logger: Logger; requestId: string },
  begun: Begun | null = null,
): Answer {
  if (error instanceof DomainError) return problemOf(error);
  const { logger, requestId } = log;
  if (isInfrastructureError(error)) {
    logger.warn({ err: error, requestId }, 'the database is away or busy');
    return perhapsDone('The platform is briefly unavailable', begun ?? { changes: false, hasKey: false });
  }
  if (error instanceof ShortLivedStoreError) {
    logger.warn({ err: error, requestId }, 'sessions cannot be looked up');
    return problem(503, 'service_unavailable', 'Signing in is briefly unavailable; try again.');
  }
  if (error instanceof KeysAwayError) {
    logger.warn({ err: error, requestId }, 'an access token cannot be checked');
    return problem(503, 'service_unavailable', 'Access tokens cannot be checked at the moment; try again.');
  }
  logger.error({ err: error, requestId }, 'a request failed');
  return problem(500, 'internal_error', 'Something went wrong here.');
}

export function codeOf(answer: Answer): string | undefined {
  return answer.status < 400 ? undefined : (answer.body as { code?: string }).code;
}

/** Headers that belong to an answer's kind. */
export function headersOf(answer: Answer): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': answer.contentType ?? (answer.status < 400 ? 'application/json' : 'application/problem+json'),
    'cache-control': 'no-store',
    ...(answer.contentType === undefined ? answerHeaders : documentHeaders),
  };
  if (answer.replayed) headers['idempotency-replayed'] = 'true';
  if (answer.status === 401) headers['www-authenticate'] = 'Bearer realm="redcore"';
  const passes = answer.status === 503 || passingRefusals.has(codeOf(answer) as RefusalCode);
  if (passes && !answer.mayNotRepeat) headers['retry-after'] = '1';
  return headers;
}
