import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';

/** How many calls about money may be under way in this process, and how many of them one tenant's. */
export interface PlaceLimits {
  total: number;
  perTenant: number;
}

export interface Places {
  /** Throws `overloaded` where none is free; a place is free again once the work is over, however it ends. */
  hold<T>(tenantId: TenantId, work: () => Promise<T>): Promise<T>;
}

/** A tenant whose provider is slow fills its own places, never all of them. */
export function createPlaces({ total, perTenant }: PlaceLimits): Places {
  const taken = new Map<TenantId, number>();
  let takenInTotal = 0;

  function leave(tenantId: TenantId): void {
    takenInTotal -= 1;
    const left = (taken.get(tenantId) ?? 0) - 1;
    if (left > 0) taken.set(tenantId, left);
    else taken.delete(tenantId);
  }

  return {
    async hold(tenantId, work) {
      const own = taken.get(tenantId) ?? 0;
      if (takenInTotal >= total || own >= perTenant)
        throw new DomainError('overloaded', 'Too many charges and refunds are under way; nothing was done. Try again.');
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
