import { DomainError } from '../../domain/errors.ts';
import { en } from '../pages/texts/en.ts';

type Reason = 'over' | 'elsewhere' | 'no_place' | 'not_confirmed' | 'link_over';

/** A sign-in that is refused for a reason a page says in its reader's language; a call that asks for JSON is told it in English. */
export class SignInRefusal extends DomainError {
  readonly reason: Reason;

  constructor(reason: Reason, cause?: unknown) {
    super('unauthorized', en.refusals[reason]);
    this.name = 'SignInRefusal';
    this.reason = reason;
    if (cause !== undefined) this.cause = cause;
  }
}
