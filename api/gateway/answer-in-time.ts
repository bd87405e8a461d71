import type { Answer } from '../../contracts/answer.ts';
import { type Begun, perhapsDone } from './answer-error.ts';

export interface Deadline {
  /** The work's own answer, or, once the time is over, that it is not known. The work itself goes on to its end. */
  answerOf(begun: Begun, work: Promise<Answer>): Promise<Answer>;
  stop(): void;
}

const sweepEveryMs = 250;

/**
 * One timer for all calls, so that a call costs none of its own. A transaction is never cut in half: what was late may still be
 * done, and the same idempotency key says what became of it.
 */
export function createDeadline(timeoutMs: number): Deadline {
  const open = new Set<{ until: number; expire: () => void }>();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const one of open) {
      // In the order of their arrival, and all with the same time.
      if (one.until > now) return;
      open.delete(one);
      one.expire();
    }
  }, sweepEveryMs);
  timer.unref();
  return {
    answerOf(begun, work) {
      return new Promise((resolve, reject) => {
        const one = {
          until: performance.now() + timeoutMs,
          expire: () => resolve(perhapsDone('This took too long', begun)),
        };
        open.add(one);
        void work.then(resolve, reject).finally(() => open.delete(one));
      });
    },
    stop: () => clearInterval(timer),
  };
}
