import type { ChangeFeed } from '../../adapters/live/port.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter, registerGauge } from '../../runtime/metrics.ts';
import { createConfinement } from './confine-changes.ts';
import { type LiveStream, openLiveStream, type StreamEnd, type StreamParts } from './live-stream.ts';
import { createStreamPlaces, type StreamLimits, StreamsFull, streamLimits } from './stream-places.ts';

export interface LiveTimes {
  beatMs: number;
  /** With the 4 s for which a process may know a tenant or role, what was revoked is told of for 5 s at most. */
  checkMs: number;
  /** Then its client connects anew, perhaps to another process; some a little earlier than others. */
  lifeMs: number;
}

const times: LiveTimes = { beatMs: 15 * SECOND_MS, checkMs: 0.75 * SECOND_MS, lifeMs: 15 * 60 * SECOND_MS };
const sweepMs = 250;

let counted: (() => number) | undefined;
registerGauge({
  name: 'redcore_live_streams',
  help: 'Streams of changes that are open',
  collect: (gauge) => gauge.set(counted?.() ?? 0),
});
const ended = registerCounter({
  name: 'redcore_live_streams_ended_total',
  help: 'Streams of changes that ended, by why',
  labels: ['why'],
});

type Asked = Pick<StreamParts, 'lookAgain' | 'after'> & { principal: Principal };

export interface LiveStreams {
  /** Throws `StreamsFull`, rejects with a `FeedAwayError`. */
  open(asked: Asked): Promise<ReadableStream<Uint8Array>>;
  /** Ends every stream and opens none: their clients connect to another process. */
  drain(): void;
}

interface Open {
  stream: LiveStream;
  beatAt: number;
  checkAt: number;
  endAt: number;
  isChecking: boolean;
}

export function createLiveStreams(parts: {
  feed: ChangeFeed;
  database: TenantDatabase;
  logger: Logger;
  limits?: Partial<StreamLimits>;
  times?: Partial<LiveTimes>;
}): LiveStreams {
  const { feed, logger } = parts;
  const { beatMs, checkMs, lifeMs } = { ...times, ...parts.times };
  const places = createStreamPlaces({ ...streamLimits, ...parts.limits });
  const confine = createConfinement(parts.database);
  const all = new Set<Open>();
  let isDraining = false;
  counted = places.count;

  function look(one: Open, now: number): void {
    if (now >= one.endAt) return one.stream.end('age');
    if (now >= one.beatAt) {
      one.beatAt = now + beatMs;
      one.stream.beat();
    }
    if (now < one.checkAt || one.isChecking) return;
    one.isChecking = true;
    void one.stream.check().finally(() => {
      one.isChecking = false;
      one.checkAt = performance.now() + checkMs;
    });
  }

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const one of all) look(one, now);
  }, sweepMs);
  sweep.unref();

  return {
    async open(asked) {
      if (isDraining) throw new StreamsFull('overloaded', 'This process is going.');
      const giveBack = places.take(asked.principal);
      let one: Open | undefined;
      let isOver = false;
      const onEnd = (why: StreamEnd): void => {
        isOver = true;
        ended.inc({ why });
        giveBack();
        if (one) all.delete(one);
      };
      try {
        const stream = await openLiveStream({ ...asked, feed, confine, logger, onEnd });
        const now = performance.now();
        const endAt = now + lifeMs * (0.8 + 0.2 * Math.random());
        one = { stream, beatAt: now + beatMs, checkAt: now + checkMs, endAt, isChecking: false };
        if (!isOver) all.add(one);
        if (isDraining) stream.end('drain');
        return stream.body;
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    drain() {
      isDraining = true;
      clearInterval(sweep);
      for (const { stream } of [...all]) stream.end('drain');
    },
  };
}
