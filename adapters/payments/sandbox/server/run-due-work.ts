import { deliverDueWebhooks, deliverWebhook } from './deliver-webhooks.ts';
import { forgetEvents } from './list-events.ts';
import type { Sandbox } from './sandbox.ts';
import { settlePending } from './settle-charge.ts';
import { settlePendingRefunds } from './settle-refund.ts';

export interface DueWork {
  stop: () => Promise<void>;
}

export interface DueWorkOptions {
  sandbox: Sandbox;
  onError: (error: unknown) => void;
}

const lookAgainMs = 60_000;
const afterErrorMs = 1_000;
const forgetEveryMs = 3_600_000;

/** Everything the provider does by itself: pending charges and refunds, webhooks, forgetting old keys and events. Asleep until the next due time. */
export function startDueWork({ sandbox, onError }: DueWorkOptions): DueWork {
  let stopped = false;
  let asked = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let forgetAt = Date.now();
  let pauseMs = 0;

  const round = async (): Promise<void> => {
    do {
      asked = false;
      await settlePending(sandbox, Date.now());
      await settlePendingRefunds(sandbox, Date.now());
      await deliverDueWebhooks(sandbox);
      for (const dialect of sandbox.dialects) await dialect.deliverDue();
    } while (asked && !stopped);
    if (Date.now() >= forgetAt) {
      sandbox.keys.forgetExpired(sandbox.now());
      forgetEvents(sandbox);
      forgetAt = Date.now() + forgetEveryMs;
    }
    pauseMs = sleepMs(sandbox);
  };

  const wake = (): void => {
    asked = true;
    if (stopped || running !== null) return;
    clearTimeout(timer);
    running = round()
      .catch((error: unknown) => {
        pauseMs = afterErrorMs;
        onError(error);
      })
      .finally(() => {
        running = null;
        if (!stopped) timer = setTimeout(wake, asked ? 0 : pauseMs);
      });
  };

  sandbox.wake = wake;
  sandbox.deliverNow = (eventId) => deliverWebhook(sandbox, eventId);
  wake();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

function sleepMs({ sql, dialects }: Sandbox): number {
  const next = sql.get`SELECT min(due_at) AS due_at FROM (
    SELECT min(decide_at) AS due_at FROM charges WHERE decide_at IS NOT NULL
    UNION ALL SELECT min(decide_at) FROM refunds WHERE decide_at IS NOT NULL
    UNION ALL SELECT min(next_at) FROM webhooks)`?.due_at;
  const dueAts = [next, ...dialects.map((dialect) => dialect.nextDueAt())].filter((dueAt) => dueAt != null);
  return Math.max(0, Math.min(...dueAts.map((dueAt) => Number(dueAt) - Date.now()), lookAgainMs));
}
