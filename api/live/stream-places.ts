import { DomainError } from '../../domain/errors.ts';
import type { Principal } from '../../identity/principal.ts';

/** How many streams may be open in this process. */
export interface StreamLimits {
  total: number;
  /** Of one tenant's people and machines together. */
  perTenant: number;
  /** Of one tenant's customers together, so that they never take the places of those who look after them. */
  customersPerTenant: number;
  /** Of one session, or of one key or client. */
  perCaller: number;
}

export const streamLimits: StreamLimits = { total: 3_000, perTenant: 200, customersPerTenant: 1_000, perCaller: 6 };

/** Thrown where no place is free: look now and then instead. */
export class StreamsFull extends DomainError {
  readonly retryAfterSeconds = 15;
}

export interface StreamPlaces {
  /** Throws `StreamsFull`. Answers what gives the place back, once. */
  take(principal: Principal): () => void;
  count(): number;
}

export function createStreamPlaces(limits: StreamLimits): StreamPlaces {
  const taken = new Map<string, number>();
  let inTotal = 0;

  return {
    count: () => inTotal,
    take(principal) {
      if (inTotal >= limits.total) throw new StreamsFull('overloaded', 'Too many follow changes here at the moment.');
      const wanted = boundsOf(principal, limits);
      for (const [name, max] of wanted) {
        if ((taken.get(name) ?? 0) >= max) throw new StreamsFull('rate_limited', 'Too many follow changes already.');
      }
      for (const [name] of wanted) taken.set(name, (taken.get(name) ?? 0) + 1);
      inTotal += 1;
      let isGiven = false;
      return () => {
        if (isGiven) return;
        isGiven = true;
        inTotal -= 1;
        for (const [name] of wanted) {
          const left = (taken.get(name) ?? 0) - 1;
          if (left > 0) taken.set(name, left);
          else taken.delete(name);
        }
      };
    },
  };
}

function boundsOf({ tenantId, actor, customerId, session }: Principal, limits: StreamLimits): [string, number][] {
  const caller = `${tenantId}/${session?.record.id ?? actor}`;
  const ofTenant: [string, number] =
    customerId === null ? [tenantId, limits.perTenant] : [`customers of ${tenantId}`, limits.customersPerTenant];
  return [ofTenant, [caller, limits.perCaller]];
}
