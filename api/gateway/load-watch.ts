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
  /** How long the calls of a sample may take on average, those about money left out, before fewer are taken at once. */
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
 * While calls wait for one another, only as many are taken at once as were answered in the time one may take: more would not be
 * answered sooner, only later. Those about money wait for a provider, so their time says nothing of this process.
 */
export function watchLoad(limits: LoadLimits, loop: LoopDelay = observeLoop()): LoadWatch {
  const state = { inFlight: 0, delayMs: 0 };
  const sample = { quickInFlight: 0, answered: 0, tookMs: 0, quickMax: limits.inFlightMax };
  states.add(state);
  function judge(): void {
    state.delayMs = loop.readMs();
    const { answered, tookMs } = sample;
    sample.answered = 0;
    sample.tookMs = 0;
    const isSlow = answered > 0 && tookMs / answered > limits.callMsMax;
    const bearable = isSlow ? (answered * limits.callMsMax) / sampleEveryMs : sample.quickMax * openingFactor;
    sample.quickMax = Math.min(limits.inFlightMax, Math.max(limits.inFlightMax * openShareMin, bearable));
  }
  const timer = setInterval(judge, sampleEveryMs);
  timer.unref();
  return {
    refuses(rank) {
      const { inFlight, delay } = thresholds[rank];
      const isTooMuch =
        state.inFlight >= limits.inFlightMax * inFlight ||
        sample.quickInFlight >= sample.quickMax * inFlight ||
        state.delayMs >= limits.loopDelayMsMax * delay;
      if (isTooMuch) shed.inc({ rank });
      return isTooMuch;
    },
    enter(rank) {
      state.inFlight += 1;
      if (rank !== 'money') sample.quickInFlight += 1;
    },
    leave(rank, tookMs) {
      state.inFlight -= 1;
      if (rank === 'money') return;
      sample.quickInFlight -= 1;
      sample.answered += 1;
      sample.tookMs += tookMs;
    },
    stop() {
      clearInterval(timer);
      loop.stop();
      states.delete(state);
    },
  };
}
