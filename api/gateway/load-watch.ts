import { monitorEventLoopDelay } from 'node:perf_hooks';
import { registerCounter, registerGauge } from '../../runtime/metrics.ts';

/** What is given up first: lists, then reads of one thing, then changes, and what is about money last. */
export const ranks = ['list', 'read', 'change', 'money'] as const;
export type Rank = (typeof ranks)[number];

export interface LoadWatch {
  /** Whether a call of this rank is to be turned away now. */
  refuses(rank: Rank): boolean;
  enter(rank: Rank): void;
  /** `tookMs`: from its entering on. */
  leave(rank: Rank, tookMs: number): void;
  stop(): void;
}

export interface LoadLimits {
  /** Calls being answered at once. */
  inFlightMax: number;
  /** How late the event loop may be, on average over a sample, before lists are given up. */
  loopDelayMsMax: number;
  /** How long the reads of a sample may take on average before fewer calls are taken at once. */
  callMsMax: number;
}

const resolutionMs = 20;
const sampleEveryMs = 250;
const msPerNs = 1e-6;
/** However slow calls are, so large a share of the places stays open; and how fast the others open again. */
const openShareMin = 1 / 16;
const openingFactor = 1.25;
/** What is about money waits for a provider too, and is given up last: it may take so many times as long as a read. */
const moneyPatience = 4;

/** Shares of the places at which each rank is given up, and multiples of the tolerated delay. */
const thresholds: Record<Rank, { inFlight: number; delay: number }> = {
  list: { inFlight: 0.5, delay: 1 },
  read: { inFlight: 0.75, delay: 2 },
  change: { inFlight: 0.9, delay: 4 },
  money: { inFlight: 1, delay: 8 },
};

const shed = registerCounter({
  name: 'redcore_http_requests_shed_total',
  help: 'Calls turned away because the process has too much to do',
  labels: ['rank'],
});

const isRead = (rank: Rank): boolean => rank === 'list' || rank === 'read';

/** Of each watch in this process: one, but in tests. */
const states = new Set<{ inFlight: number; delayMs: number }>();
const mostOf = (key: 'inFlight' | 'delayMs') => Math.max(0, ...[...states].map((state) => state[key]));
registerGauge({
  name: 'redcore_http_requests_in_flight',
  help: 'Calls being answered',
  collect: (gauge) => gauge.set(mostOf('inFlight')),
});
registerGauge({
  name: 'redcore_http_loop_delay_seconds',
  help: 'How late the event loop was on average in the last sample',
  collect: (gauge) => gauge.set(mostOf('delayMs') / 1_000),
});

/** How late timers were since it was last asked, in milliseconds. */
export interface LoopDelay {
  readMs(): number;
  stop(): void;
}

function observeLoop(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    readMs() {
      const lateMs = histogram.count === 0 ? 0 : histogram.mean * msPerNs - resolutionMs;
      histogram.reset();
      return Math.max(0, lateMs);
    },
    stop: () => void histogram.disable(),
  };
}

/** Calls of one sort: in hand now, how many may be, and how many left in the sample. */
interface Sort {
  inFlight: number;
  max: number;
  answered: number;
}

/**
 * Each sample is judged by itself, so that what was turned away is taken again within half a second of the end of an overload.
 * While reads wait for one another, only as many calls are taken at once as were answered in the time one may take: more would not
 * be answered sooner, only later. Changes and calls about money may wait for a provider, so their time says nothing of this process;
 * those about money are counted apart, so that neither sort takes the places of the other.
 */
export function watchLoad(limits: LoadLimits, loop: LoopDelay = observeLoop()): LoadWatch {
  const state = { inFlight: 0, delayMs: 0 };
  const sort = (): Sort => ({ inFlight: 0, max: limits.inFlightMax, answered: 0 });
  const [others, money] = [sort(), sort()];
  const reads = { inFlight: 0, answered: 0, tookMs: 0 };
  states.add(state);
  function judge(): void {
    state.delayMs = loop.readMs();
    const { inFlight, answered, tookMs } = reads;
    const bearable = {
      others: (others.answered * limits.callMsMax) / sampleEveryMs,
      money: (money.answered * limits.callMsMax * moneyPatience) / sampleEveryMs,
    };
    Object.assign(reads, { answered: 0, tookMs: 0 });
    others.answered = 0;
    money.answered = 0;
    // Where all of them stand still, nothing is known to have become better.
    if (answered === 0 && inFlight > 0) return;
    const isSlow = answered > 0 && tookMs / answered > limits.callMsMax;
    const next = ({ max }: Sort, bearableNow: number) =>
      Math.min(
        limits.inFlightMax,
        Math.max(limits.inFlightMax * openShareMin, isSlow ? bearableNow : max * openingFactor),
      );
    others.max = next(others, bearable.others);
    money.max = next(money, bearable.money);
  }
  const sortOf = (rank: Rank): Sort => (rank === 'money' ? money : others);
  const timer = setInterval(judge, sampleEveryMs);
  timer.unref();
  return {
    refuses(rank) {
      const { inFlight, delay } = thresholds[rank];
      const isTooMuch =
        state.inFlight >= limits.inFlightMax * inFlight ||
        (rank === 'money' ? money.inFlight >= money.max : others.inFlight >= others.max * inFlight) ||
        state.delayMs >= limits.loopDelayMsMax * delay;
      if (isTooMuch) shed.inc({ rank });
      return isTooMuch;
    },
    enter(rank) {
      state.inFlight += 1;
      sortOf(rank).inFlight += 1;
      if (isRead(rank)) reads.inFlight += 1;
    },
    leave(rank, tookMs) {
      state.inFlight -= 1;
      const sort = sortOf(rank);
      sort.inFlight -= 1;
      sort.answered += 1;
      if (!isRead(rank)) return;
      reads.inFlight -= 1;
      reads.answered += 1;
      reads.tookMs += tookMs;
    },
    stop() {
      clearInterval(timer);
      loop.stop();
      states.delete(state);
    },
  };
}
