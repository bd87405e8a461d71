import type { DomainError } from '../../../domain/errors.ts';
import { SignInRefusal } from '../../sign-in/sign-in-refusal.ts';
import type { PageTexts } from './en.ts';

/** What a page says of a refusal, in its reader's words. */
export function describeRefusal(texts: PageTexts, error: DomainError): string {
  if (error instanceof SignInRefusal) return texts.refusals[error.reason];
  switch (error.code) {
    case 'cross_site_request':
    case 'body_too_large':
    case 'rate_limited':
    case 'card_number_refused':
    case 'invalid_request':
      return texts.failure[error.code];
    case 'overloaded':
      return texts.failure.brief;
    default:
      return texts.failure.unknown;
  }
}
