import { createHash } from 'node:crypto';
import type { Cache } from '../../adapters/cache/port.ts';
import type { Call } from '../../billing/call.ts';
import type { Answer } from '../../contracts/answer.ts';
import { registerCounter } from '../../runtime/metrics.ts';

/** Copies of answers that PostgreSQL keeps under their idempotency keys (R12). */
export interface ReplayCache {
  /** The copy for this very request, or null: then PostgreSQL is asked, also about another request under the key. */
  find(call: Call): Promise<Answer | null>;
  /** Keeps what PostgreSQL has just replayed. */
  keep(call: Call, answer: Answer): void;
}

const keptMs = 10 * 60_000;
/** Of a copy; a larger answer is read where it stands. */
const charactersMax = 32_768;

const replays = registerCounter({
  name: 'redcore_idempotency_replays_total',
  help: 'Answers repeated under an idempotency key, by where they were kept',
  labels: ['store'],
});

interface Copy {
  hash: string;
  status: number;
  body: unknown;
}

/**
 * Only what came out of PostgreSQL as a replay is copied: it is committed and final, a claim or an undecided 202 never is. A storm
 * of retries costs one transaction and then none; a call that is made once costs no write here. Copies are a caller's own, so that
 * none is answered past a check that holds for one caller and not for another.
 */
export function createReplayCache(cache: Cache): ReplayCache {
  return {
    async find(call) {
      if (call.claim === null) return null;
      const text = await cache.get(nameOf(call));
      if (text === null) return null;
      const { hash, status, body } = JSON.parse(text) as Copy;
      if (hash !== call.claim.hash) return null;
      replays.inc({ store: 'cache' });
      return { status, body, replayed: true };
    },
    keep(call, answer) {
      if (call.claim === null || answer.replayed !== true || answer.status === 202) return;
      replays.inc({ store: 'postgres' });
      const copy: Copy = { hash: call.claim.hash, status: answer.status, body: answer.body };
      const text = JSON.stringify(copy);
      if (text.length <= charactersMax) void cache.set(nameOf(call), text, keptMs);
    },
  };
}

/** A key may be anything a caller thinks of: here it stands as its hash. */
function nameOf({ tenantId, caller, claim }: Call): string {
  const key = createHash('sha256')
    .update(`${caller.actor}\n${claim?.key ?? ''}`)
    .digest('base64url');
  return `replay:${tenantId}:${key}`;
}
