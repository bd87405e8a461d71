export type HealthCheck = () => Promise<unknown>;

export type HealthReport = {
  status: 200 | 503;
  body: { status: 'ok' | 'failing'; failing: { check: string; reason: string }[]; checks: string[] };
};

type Kind = 'live' | 'ready';

const checkTimeoutMs = 3_000;
const checks: Record<Kind, Map<string, HealthCheck>> = { live: new Map(), ready: new Map() };

/** A check passes by resolving. Its error's message is what an operator reads, so it carries no secrets. */
export function registerReadyCheck(name: string, check: HealthCheck): void {
  checks.ready.set(name, check);
}

export function registerLiveCheck(name: string, check: HealthCheck): void {
  checks.live.set(name, check);
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

async function run(kind: Kind): Promise<HealthReport> {
  const entries = [...checks[kind]];
  const results = await Promise.allSettled(entries.map(([, check]) => withDeadline(check)));
  const failing = results.flatMap((result, index) => {
    const name = entries[index]?.[0] ?? 'unknown';
    if (result.status === 'fulfilled') return [];
    const reason: unknown = result.reason;
    return [{ check: name, reason: reason instanceof Error ? reason.message : String(reason) }];
  });
  return {
    status: failing.length === 0 ? 200 : 503,
    body: { status: failing.length === 0 ? 'ok' : 'failing', failing, checks: entries.map(([name]) => name) },
  };
}

export function checkReady(): Promise<HealthReport> {
  return run('ready');
}

export function checkLive(): Promise<HealthReport> {
  return run('live');
}
