import { invariant } from '../invariant.ts';

/** R40. */
export type PaymentStatus =
  | 'pending'
  | 'processing'
  | 'completed'
  | 'failed'
  | 'failed_permanent'
  | 'requires_action'
  | 'retrying'
  | 'partially_refunded'
  | 'refunded'
  | 'disputed';

/** One try to collect a payment (design §5). */
export type AttemptStatus =
  | 'created'
  | 'sent'
  | 'succeeded'
  | 'declined'
  | 'requires_action'
  | 'unknown'
  | 'not_sent'
  | 'abandoned'
  | 'needs_review';

/** While an invoice has an attempt in one of these, it gets no other (partial unique index): its money may have moved, or may yet. */
export const openAttemptStatuses: readonly AttemptStatus[] = [
  'created',
  'sent',
  'unknown',
  'requires_action',
  'succeeded',
  'needs_review',
];

/** A success follows from everywhere: it is a fact of the provider, and outranks every other result however late. */
const attemptTransitions: Readonly<Record<AttemptStatus, readonly AttemptStatus[]>> = {
  created: ['sent', 'not_sent', 'abandoned', 'succeeded'],
  sent: ['succeeded', 'declined', 'requires_action', 'unknown', 'not_sent', 'needs_review'],
  unknown: ['unknown', 'sent', 'succeeded', 'declined', 'requires_action', 'needs_review', 'abandoned'],
  requires_action: ['succeeded', 'declined', 'unknown', 'abandoned', 'needs_review'],
  not_sent: ['sent', 'abandoned', 'succeeded'],
  needs_review: ['succeeded', 'declined', 'requires_action', 'unknown', 'abandoned'],
  declined: ['succeeded'],
  abandoned: ['succeeded'],
  succeeded: [],
};

export function isAttemptTransition(from: AttemptStatus, to: AttemptStatus): boolean {
  return attemptTransitions[from].includes(to);
}

/** Throws where an attempt cannot go from one status to the other: a bug, since facts are ranked before they are applied. */
export function assertAttemptTransition(from: AttemptStatus, to: AttemptStatus): void {
  invariant(isAttemptTransition(from, to), `an attempt does not go from ${from} to ${to}`);
}
