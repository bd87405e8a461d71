import { deliverDueWebhooks, type WebhookTarget } from './deliver-webhooks.ts';
import type { Sandbox } from './sandbox.ts';
import { settlePending } from './settle-charge.ts';

export interface DueWork {
  stop: () => Promise<void>;
}

/** What another dialect does by itself within the same rounds. */
export interface DialectWork {
  round: () => Promise<void>;
  /** Null while nothing waits. */
  nextDueAtMs: () => number | null;
}

export interface DueWorkOptions {
  sandbox: Sandbox;
  webhook: WebhookTarget | null;
  dialects?: readonly DialectWork[];
  onError: (error: unknown) => void;
}

const lookAgainMs = 60_000;
const afterErrorMs = 1_000;
const forgetEveryMs = 3_600_000;

/** Everything the provider does by itself: pending charges, webhooks, forgetting old keys. Asleep until the next due time. */
export function startDueWork({ sandbox, webhook, dialects = [], onError }: DueWorkOptions): DueWork {
  let stopped = false;
  let asked = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let forgetAt = Date.now();
  let pauseMs = 0;

  const round = async (): Promise<void> => {
    do {
      asked = false;
      settlePending(sandbox, Date.now());
      if (webhook !== null) await deliverDueWebhooks(sandbox, webhook);
      for (const dialect of dialects) await dialect.round();
    } while (asked && !stopped);
    if (Date.now() >= forgetAt) {
      sandbox.keys.forgetExpired(sandbox.now());
      forgetAt = Date.now() + forgetEveryMs;
    }
    const dueAts = dialects.map((dialect) => dialect.nextDueAtMs() ?? Number.POSITIVE_INFINITY);
    pauseMs = Math.max(0, Math.min(sleepMs(sandbox, webhook !== null), Math.min(...dueAts) - Date.now()));
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
  wake();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

function sleepMs({ sql }: Sandbox, deliversWebhooks: boolean): number {
  const next = sql.get`SELECT min(due_at) AS due_at FROM (
    SELECT min(decide_at) AS due_at FROM charges WHERE decide_at IS NOT NULL
    UNION ALL SELECT min(next_at) FROM webhooks WHERE ${deliversWebhooks ? 1 : 0})`?.due_at;
  return next == null ? lookAgainMs : Math.max(0, Math.min(Number(next) - Date.now(), lookAgainMs));
}
