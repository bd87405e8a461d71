import { type WorkflowRef as Ref, refOf, rowIdOf } from '../../domain/workflow-ref.ts';
import { coalesceByKey } from './coalesce-by-key.ts';
import type { EngineStart, SubscriptionEngine } from './port.ts';

/** What one look at the row says: how long to sleep, or that the subscription has ended. */
export type Look = (ref: Ref) => Promise<{ sleepMs: number } | 'ended'>;

export interface FakeEngine extends SubscriptionEngine {
  readonly starts: EngineStart[];
  readonly wakes: Ref[];
  /** While true every call fails, as with an engine that is down. */
  away: boolean;
  close(): void;
}

// The longest delay a timer of the platform can hold; a fake does not live that long.
const timerMsMax = 2 ** 31 - 1;

/** The engine without the engine: one process, no durability, the same answers. */
export function createFakeEngine(look: Look = async () => ({ sleepMs: timerMsMax })): FakeEngine {
  const timers = new Map<string, NodeJS.Timeout | undefined>();
  const closed = new Set<string>();
  const keyOf = (ref: Ref) => `${ref.tenantId}:${rowIdOf(ref)}`;

  function sleep(ref: Ref, sleepMs: number): void {
    clearTimeout(timers.get(keyOf(ref)));
    // A look that fails unasked is an unhandled rejection, which fails the test it belongs to.
    timers.set(keyOf(ref), setTimeout(() => void wakeUp(ref), Math.min(sleepMs, timerMsMax)).unref());
  }

  const wakeUp = coalesceByKey(keyOf, async (ref: Ref) => {
    clearTimeout(timers.get(keyOf(ref)));
    timers.set(keyOf(ref), undefined);
    const next = await look(ref);
    if (next !== 'ended') return sleep(ref, next.sleepMs);
    timers.delete(keyOf(ref));
    closed.add(keyOf(ref));
  });

  const fake: FakeEngine = {
    starts: [],
    wakes: [],
    away: false,
    start: async (start) => {
      if (fake.away) throw new Error('the engine is away');
      fake.starts.push(start);
      if (timers.has(keyOf(start)) || closed.has(keyOf(start))) return 'already_awake';
      sleep(refOf(start), start.delayMs);
      return 'started';
    },
    wake: async (ref) => {
      if (fake.away) throw new Error('the engine is away');
      fake.wakes.push(ref);
      await wakeUp(ref);
    },
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
  return fake;
}
