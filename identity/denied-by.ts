import { DomainError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';

/** Whom a refusal is about, and in whose audit it is told. */
export interface DeniedBy {
  tenantId: TenantId;
  actor: string;
  /** Where the code alone does not say it. */
  reason?: string;
}

/** Beside the error and not in it: what is answered says nothing of who it was. */
const named = new WeakMap<Error, DeniedBy>();

/** Of a refusal whose sender has been told by a signature or a session of ours, though it opens nothing. */
export function nameDenied<Refusal extends Error>(refusal: Refusal, by: DeniedBy): Refusal {
  named.set(refusal, by);
  return refusal;
}

export function deniedBy(error: Error): DeniedBy | null {
  return named.get(error) ?? null;
}

/** Whatever is refused in it is refused to them. */
export function denyingAs<T>(by: DeniedBy, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DomainError ? nameDenied(error, by) : error;
  }
}
