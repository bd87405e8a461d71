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
  /** How long the reads of a sample may take on average before fewer calls are taken at once, those about money left out. */
  callMsMax: number;
}

const resolutionMs = 20;
const sampleEveryMs = 250;
const msPerNs = 1e-6;
/** However slow calls are, so large a share of the places stays open; and how fast the others open again. */
const openShareMin = 1 / 8;
const openingFactor = 1.25;

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

/**
 * Each sample is judged by itself, so that what was turned away is taken again within half a second of the end of an overload.
 * While reads wait for one another, only as many calls are taken at once as were answered in the time one may take: more would not
 * be answered sooner, only later. Changes may wait for a provider, so their time says nothing of this process; those about money
 * are turned away for no read's sake.
 */
export function watchLoad(limits: LoadLimits, loop: LoopDelay = observeLoop()): LoadWatch {
  const state = { inFlight: 0, delayMs: 0 };
  const sample = {
    othersInFlight: 0,
    othersMax: limits.inFlightMax,
    answered: 0,
    readsInFlight: 0,
    reads: 0,
    tookMs: 0,
  };
  states.add(state);
  function judge(): void {
    state.delayMs = loop.readMs();
    const { answered, reads, readsInFlight, tookMs } = sample;
    Object.assign(sample, { answered: 0, reads: 0, tookMs: 0 });
    // Where all of them stand still, nothing is known to have become better.
    if (reads === 0 && readsInFlight > 0) return;
    const isSlow = reads > 0 && tookMs / reads > limits.callMsMax;
    const bearable = isSlow ? (answered * limits.callMsMax) / sampleEveryMs : sample.othersMax * openingFactor;
    sample.othersMax = Math.min(limits.inFlightMax, Math.max(limits.inFlightMax * openShareMin, bearable));
  }
  const timer = setInterval(judge, sampleEveryMs);
  timer.unref();
  return {
    refuses(rank) {
      const { inFlight, delay } = thresholds[rank];
      const isTooMuch =
        state.inFlight >= limits.inFlightMax * inFlight ||
        (rank !== 'money' && sample.othersInFlight >= sample.othersMax * inFlight) ||
        state.delayMs >= limits.loopDelayMsMax * delay;
      if (isTooMuch) shed.inc({ rank });
      return isTooMuch;
    },
    enter(rank) {
      state.inFlight += 1;
      if (rank !== 'money') sample.othersInFlight += 1;
      if (isRead(rank)) sample.readsInFlight += 1;
    },
    leave(rank, tookMs) {
      state.inFlight -= 1;
      if (rank === 'money') return;
      sample.othersInFlight -= 1;
      sample.answered += 1;
      if (!isRead(rank)) return;
      sample.readsInFlight -= 1;
      sample.reads += 1;
      sample.tookMs += tookMs;
    },
    stop() {
      clearInterval(timer);
      loop.stop();
      states.delete(state);
    },
  };
}
