export type HealthCheck = () => Promise<unknown>;

export type HealthReport = {
  status: 200 | 503;
  body: {
    status: 'ok' | 'degraded' | 'failing';
    failing: FailedCheck[];
    /** Fails, and is not needed to serve. */
    degraded: FailedCheck[];
    checks: string[];
  };
};

type FailedCheck = { check: string; reason: string };
const checkTimeoutMs = 3_000;
const readyChecks = new Map<string, HealthCheck>();
const optional = new Set<string>();

/** A check passes by resolving. Its error's message is what an operator reads, so it carries no secrets. */
export function registerReadyCheck(name: string, check: HealthCheck): void {
  readyChecks.set(name, check);
}

/** For what the process works without, only slower: reported, and still ready. */
export function registerOptionalCheck(name: string, check: HealthCheck): void {
  optional.add(name);
  readyChecks.set(name, check);
}

// A draining process leaves the load balancer before its listeners close.
export function markDraining(): void {
  registerReadyCheck('draining', () => Promise.reject(new Error('the process is shutting down')));
}

function withDeadline(check: HealthCheck): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs);
    Promise.resolve()
      .then(check)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

export async function checkReady(): Promise<HealthReport> {
  const entries = [...readyChecks];
  const results = await Promise.allSettled(entries.map(([, check]) => withDeadline(check)));
  const failed = results.flatMap((result, index) => {
    const name = entries[index]?.[0] ?? 'unknown';
    if (result.status === 'fulfilled') return [];
    const reason: unknown = result.reason;
    return [{ check: name, reason: reason instanceof Error ? reason.message : String(reason) }];
  });
  const failing = failed.filter(({ check }) => !optional.has(check));
  const degraded = failed.filter(({ check }) => optional.has(check));
  const status = failing.length > 0 ? 'failing' : degraded.length > 0 ? 'degraded' : 'ok';
  return {
    status: failing.length === 0 ? 200 : 503,
    body: { status, failing, degraded, checks: entries.map(([name]) => name) },
  };
}

/** Alive means: the event loop answers. What it depends on is a matter of readiness, or a restart would follow every outage. */
export function checkLive(): HealthReport {
  return { status: 200, body: { status: 'ok', failing: [], degraded: [], checks: [] } };
}
