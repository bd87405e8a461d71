import { ShortLivedStoreError } from '../../adapters/short-lived/short-lived-store-error.ts';
import type { Answer } from '../../contracts/answer.ts';
import { passingRefusals, problem, problemOf } from '../../contracts/problem.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { DomainError, type RefusalCode } from '../../domain/errors.ts';
import { KeysAwayError } from '../../identity/key-set.ts';
import type { Logger } from '../../runtime/logger.ts';
import { answerHeaders, documentHeaders } from './security-headers.ts';

/** What a thrown error is answered with. Only what nobody expected is logged with its stack. */
export function answerOfError(error: unknown, log: { logger: Logger; requestId: string }): Answer {
  if (error instanceof DomainError) return problemOf(error);
  const { logger, requestId } = log;
  if (isInfrastructureError(error)) {
    logger.warn({ err: error, requestId }, 'the database is away or busy');
    return problem(503, 'service_unavailable', 'The platform is briefly unavailable; try again.');
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
  if (answer.status === 503 || passingRefusals.has(codeOf(answer) as RefusalCode)) headers['retry-after'] = '1';
  return headers;
}
