import type { Allowance, Count, RequestCounter } from './port.ts';

/** What all processes have counted under a name since its window began, these points included. */
export interface SharedCount {
  taken: number;
  resetsInMs: number;
}

/** Adds to the shared count; null while it is away. Never rejects. */
export type Share = (name: string, points: number, windowMs: number) => Promise<SharedCount | null>;

/** The share of an allowance that a process counts before it tells the others. */
const untoldShare = 1 / 50;
/** Bounds what names nobody has can fill; the oldest goes first. */
const namesMax = 50_000;

interface Tally {
  endsAt: number;
  /** As last told, with what this process had added by then. */
  shared: number;
  untold: number;
  isTelling: boolean;
}

/**
 * Counts here and tells the others after each fiftieth part of an allowance, off the request's path: a name far below its allowance
 * costs no exchange at all. Its window ends when the shared one does. `now` is monotonic, in milliseconds.
 */
export function createRequestCounter(share: Share, now: () => number = () => performance.now()): RequestCounter {
  const tallies = new Map<string, Tally>();

  function tallyOf(name: string, windowMs: number): Tally {
    const at = now();
    const known = tallies.get(name);
    if (known && known.endsAt > at) return known;
    const [oldest] = tallies.keys();
    if (tallies.size >= namesMax && oldest !== undefined) tallies.delete(oldest);
    const tally = { endsAt: at + windowMs, shared: 0, untold: 0, isTelling: false };
    tallies.delete(name);
    tallies.set(name, tally);
    return tally;
  }

  async function tell(name: string, tally: Tally, windowMs: number): Promise<void> {
    const points = tally.untold;
    tally.isTelling = true;
    const told = await share(name, points, windowMs);
    tally.isTelling = false;
    if (told === null) return;
    tally.shared = told.taken;
    tally.untold -= points;
    tally.endsAt = now() + told.resetsInMs;
  }

  const countOf = (tally: Tally, { max }: Allowance, isOver: boolean): Count => ({
    isOver,
    remaining: Math.max(0, max - tally.shared - tally.untold),
    resetsInMs: Math.max(0, tally.endsAt - now()),
  });

  return {
    count(name, allowance) {
      const { max, windowMs } = allowance;
      const tally = tallyOf(name, windowMs);
      if (tally.shared + tally.untold >= max) return countOf(tally, allowance, true);
      tally.untold += 1;
      if (tally.untold >= max * untoldShare && !tally.isTelling) void tell(name, tally, windowMs);
      return countOf(tally, allowance, false);
    },
    look(name, allowance) {
      const tally = tallyOf(name, allowance.windowMs);
      return countOf(tally, allowance, tally.shared + tally.untold >= allowance.max);
    },
    async countExactly(name, { max, windowMs }) {
      const told = await share(name, 1, windowMs);
      if (told === null) return null;
      const { taken, resetsInMs } = told;
      return { isOver: taken > max, remaining: Math.max(0, max - taken), resetsInMs };
    },
    close: async () => undefined,
  };
}

/** The count of one process, for tests: nobody to share it with, so what has to be exact is counted here too. */
export function createMemoryRequestCounter(now?: () => number): RequestCounter {
  const counter = createRequestCounter(async () => null, now);
  return { ...counter, countExactly: async (name, allowance) => counter.count(name, allowance) };
}
