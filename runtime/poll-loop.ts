import { pause } from './pause.ts';

/** `more`: look again at once. `some`: look again soon. `none`: wait longer each time. */
export type Found = 'more' | 'some' | 'none';

export interface PollLoop {
  /** Resolves once the tick in hand is over. */
  stop(): Promise<void>;
}

const failureDelayMaxMs = 2_000;

/** Calls `tick` for ever, one call at a time: quickly while there is work, slowly while there is none, slower after failures. */
export function startPollLoop(options: {
  tick: (signal: AbortSignal) => Promise<Found>;
  delayMinMs: number;
  delayMaxMs: number;
  onError: (error: unknown) => void;
}): PollLoop {
  const { tick, delayMinMs, delayMaxMs, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    let delayMs = delayMinMs;
    while (!signal.aborted) {
      try {
        const found = await tick(signal);
        if (found === 'more') continue;
        delayMs = found === 'some' ? delayMinMs : Math.min(delayMs * 1.5, delayMaxMs);
      } catch (error) {
        onError(error);
        delayMs = Math.min(Math.max(delayMs, delayMinMs) * 2, failureDelayMaxMs);
      }
      await pause(delayMs, signal);
    }
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
