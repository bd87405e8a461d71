import type { RateLimiter } from '../../adapters/limits/port.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { registerCounter } from '../../runtime/metrics.ts';

/** A place among the calls under way; to be left exactly once. */
export interface Place {
  leave(): void;
}

/**
 * What stands between this process and each provider: how many calls at once, how many a second. A full or slow provider costs
 * others nothing, because whoever is refused here leaves the charge to that provider's own queue.
 */
export interface ProviderGates {
  /** A place for a caller who waits; null when all of them are taken. */
  enter(provider: string): Place | null;
  /** A place for a step that would have its charge made at once; null unless there is room and the provider is quick. */
  enterInLine(provider: string): Place | null;
  /** 0 when a call may go out now, else the milliseconds to wait: the provider's rate. */
  take(provider: string): Promise<number>;
  observe(provider: string, call: { elapsedMs: number; failed: boolean }): void;
}

export interface ProviderLimits {
  /** Calls per second of all processes together. */
  perSecond: number;
  /** Calls under way at once in one process, for callers who wait. */
  waiting: number;
  /** The same for charges made within a step. */
  inLine: number;
}

/** Quick enough to hold a step's place: its deadline is three times as long. */
const quickMs = SECOND_MS;
/** After a failure, and while it is slow, a provider is tried by one step at a time, no more often than this. */
const probeEveryMs = 10 * SECOND_MS;
const weightOfLast = 0.2;

const passed = registerCounter({
  name: 'redcore_provider_gate_total',
  help: 'Calls at the gate of their provider by what became of them there',
  labels: ['provider', 'outcome'],
});

interface Gate {
  limits: ProviderLimits;
  waiting: number;
  /** When each was entered, the oldest first. */
  inLine: Set<{ enteredAt: number }>;
  /** Weighted towards the latest calls; null before the first. */
  latencyMs: number | null;
  lastCallFailed: boolean;
  observedAt: number;
}

/** `now` is monotonic, in milliseconds. */
export function createProviderGates(parts: {
  limitsOf: (provider: string) => ProviderLimits;
  rates: RateLimiter;
  now?: () => number;
}): ProviderGates {
  const { limitsOf, rates, now = () => performance.now() } = parts;
  const gates = new Map<string, Gate>();

  function gateOf(provider: string): Gate {
    const found = gates.get(provider);
    if (found) return found;
    const limits = limitsOf(provider);
    const observed = { latencyMs: null, lastCallFailed: false, observedAt: Number.NEGATIVE_INFINITY };
    const gate: Gate = { limits, waiting: 0, inLine: new Set(), ...observed };
    gates.set(provider, gate);
    return gate;
  }

  return {
    enter(provider) {
      const gate = gateOf(provider);
      if (gate.waiting >= gate.limits.waiting) return refused(provider, 'full');
      gate.waiting += 1;
      passed.inc({ provider, outcome: 'entered' });
      return placeOf(() => {
        gate.waiting -= 1;
      });
    },

    enterInLine(provider) {
      const gate = gateOf(provider);
      if (gate.inLine.size >= gate.limits.inLine) return refused(provider, 'full_in_line');
      if (!isQuick(gate, now())) return refused(provider, 'not_quick');
      const entry = { enteredAt: now() };
      gate.inLine.add(entry);
      passed.inc({ provider, outcome: 'entered_in_line' });
      return placeOf(() => gate.inLine.delete(entry));
    },

    async take(provider) {
      const delayMs = await rates.take(provider, gateOf(provider).limits.perSecond);
      if (delayMs > 0) passed.inc({ provider, outcome: 'over_rate' });
      return delayMs;
    },

    observe(provider, { elapsedMs, failed }) {
      const gate = gateOf(provider);
      gate.latencyMs =
        gate.latencyMs === null ? elapsedMs : gate.latencyMs * (1 - weightOfLast) + elapsedMs * weightOfLast;
      gate.lastCallFailed = failed;
      gate.observedAt = now();
    },
  };
}

function refused(provider: string, outcome: string): null {
  passed.inc({ provider, outcome });
  return null;
}

function placeOf(free: () => void): Place {
  let isLeft = false;
  return {
    leave() {
      if (!isLeft) free();
      isLeft = true;
    },
  };
}

/** One call that hangs is told by its age, long before its outcome is. */
function isQuick(gate: Gate, at: number): boolean {
  const [oldest] = gate.inLine;
  if (oldest && at - oldest.enteredAt > quickMs) return false;
  if (gate.latencyMs !== null && gate.latencyMs <= quickMs && !gate.lastCallFailed) return true;
  return gate.inLine.size === 0 && at - gate.observedAt >= probeEveryMs;
}

/** True where the provider has a place for this call. */
export type Enter = (provider: string) => boolean;

/** Places taken meanwhile are left at the end, whatever becomes of it. */
export async function withPlaces<T>(
  take: (provider: string) => Place | null,
  act: (enter: Enter) => Promise<T>,
): Promise<T> {
  const taken: Place[] = [];
  try {
    return await act((provider) => {
      const place = take(provider);
      if (place) taken.push(place);
      return place !== null;
    });
  } finally {
    for (const place of taken) place.leave();
  }
}

const anywhere: Place = { leave: () => undefined };

/** Without limits, and nothing in line: where nobody has set any. */
export const openGates: ProviderGates = {
  enter: () => anywhere,
  enterInLine: () => null,
  take: async () => 0,
  observe: () => undefined,
};
