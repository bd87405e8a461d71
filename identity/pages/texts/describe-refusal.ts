import type { DomainError, RefusalCode } from '../../../domain/errors.ts';
import { SignInRefusal } from '../../sign-in/sign-in-refusal.ts';
import type { PageTexts } from './en.ts';

const told = [
  'cross_site_request',
  'body_too_large',
  'rate_limited',
  'card_number_refused',
  'invalid_request',
] as const;
type Told = (typeof told)[number];

const isTold = (code: RefusalCode): code is Told => told.some((one) => one === code);

/** What a page says of a refusal, in its reader's words; of those no page expects, that something went wrong. */
export function describeRefusal({ refusals, failure }: PageTexts, error: DomainError): string {
  if (error instanceof SignInRefusal) return refusals[error.reason];
  if (isTold(error.code)) return failure[error.code];
  return error.code === 'overloaded' ? failure.brief : failure.unknown;
}
