/** Why a provider declined a charge (R41): `hard` is final for this method, the others may pass on a later attempt. */
export type DeclineKind = 'soft' | 'hard' | 'insufficient_funds' | 'authentication_required';
