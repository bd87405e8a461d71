import { createMemoryRequestCounter } from '../../adapters/limits/request-counter.ts';
import { createGate, type Gate, type GateLimits, type GateParts } from '../../api/gateway/gate.ts';
import type { ReceiveWebhook } from '../../api/parts.ts';
import { DomainError } from '../../domain/errors.ts';

const plenty = 1_000_000;

export const wideLimits: GateLimits = {
  rates: {
    ...{ ip: plenty, tenant: plenty, caller: plenty, write: plenty, money: plenty },
    ...{ secret: plenty, login: plenty, failure: plenty },
  },
  load: { inFlightMax: plenty, loopDelayMsMax: plenty, callMsMax: plenty },
  places: { total: plenty, perTenant: plenty },
  requestTimeoutMs: 60_000,
};

/** The real gate, with limits that no test comes near unless it narrows them. */
export function makeTestGate(parts: Partial<GateParts> = {}): Gate {
  return createGate({ limits: wideLimits, counter: createMemoryRequestCounter(), ...parts });
}

/** Where no provider is known. */
export const noWebhooks: ReceiveWebhook = async () => {
  throw new DomainError('not_found', 'no provider here');
};
