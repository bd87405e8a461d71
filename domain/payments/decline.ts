/** Why a provider declined a charge (R41): `hard` is final for this method, the others may pass on a later attempt. */
export type DeclineKind = 'soft' | 'hard' | 'insufficient_funds' | 'authentication_required';

/** True where the same method may pass by itself later; the others wait for the customer: another method, or their presence. */
export function isRetryable(kind: DeclineKind): boolean {
  return kind === 'soft' || kind === 'insufficient_funds';
}
