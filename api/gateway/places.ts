import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';

/** How many calls may be under way in this process, and how many of them one tenant's. */
export interface PlaceLimits {
  total: number;
  perTenant: number;
}

export interface Places {
  /** Throws the refusal where none is free; a place is free again once the work is over, however it ends. */
  hold<T>(tenantId: TenantId, work: () => Promise<T>, perTenant?: number): Promise<T>;
}

/** Of calls about money: a tenant whose provider is slow fills its own places, never all of them. */
export const createMoneyPlaces = (limits: PlaceLimits): Places =>
  createPlaces(
    limits,
    () => new DomainError('overloaded', 'Too many charges and refunds are under way; nothing was done. Try again.'),
  );

/** Of all calls of the tenants whose operator set how many may be under way at once. */
export const createTenantPlaces = (): Places =>
  createPlaces(
    { total: Number.POSITIVE_INFINITY, perTenant: Number.POSITIVE_INFINITY },
    () => new DomainError('rate_limited', 'Too many of your calls are under way; nothing was done. Try again.'),
  );

function createPlaces(limits: PlaceLimits, refusal: () => DomainError): Places {
  const taken = new Map<TenantId, number>();
  let takenInTotal = 0;

  function leave(tenantId: TenantId): void {
    takenInTotal -= 1;
    const left = (taken.get(tenantId) ?? 0) - 1;
    if (left > 0) taken.set(tenantId, left);
    else taken.delete(tenantId);
  }

  return {
    async hold(tenantId, work, perTenant = limits.perTenant) {
      const own = taken.get(tenantId) ?? 0;
      if (takenInTotal >= limits.total || own >= perTenant) throw refusal();
      takenInTotal += 1;
      taken.set(tenantId, own + 1);
      try {
        return await work();
      } finally {
        leave(tenantId);
      }
    },
  };
}
