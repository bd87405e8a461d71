import type { ChangeFeed } from '../../adapters/live/port.ts';
import { createLiveStreams, type LiveStreams } from '../../api/live/live-streams.ts';
import type { Sql } from '../../db/database.ts';
import type { Logger } from '../../runtime/logger.ts';

const quietFeed: ChangeFeed = {
  follow: async () => ({ sequence: 1, isResumed: false, told: [], stop: () => undefined }),
  close: async () => undefined,
};

/** Where nothing is told, and a stream ends at once: whatever reads every answer to its end comes to one. */
export function makeQuietLive(sql: Sql, logger: Logger): LiveStreams {
  return createLiveStreams({ feed: quietFeed, database: { sql }, logger, times: { lifeMs: 1 } });
}
