/** The public API, as an integrator uses it. */
export interface DemoClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  del<T>(path: string, body?: unknown): Promise<T>;
}

/** With `nextKey` every call that changes something is named by it, so that a repeated one is answered and not carried out again. */
export function createDemoClient(url: string, key: string, nextKey?: () => string): DemoClient {
  const send = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(nextKey === undefined || method === 'GET' ? {} : { 'idempotency-key': nextKey() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body ?? {}),
    put: (path, body) => send('PUT', path, body),
    del: (path, body) => send('DELETE', path, body),
  };
}

const arrivesWithinMs = 120_000;

/** Moves a subscription's clock and waits for it: 202 says that it is still on its way. */
export async function advanceClock(client: DemoClient, subscriptionId: string, by: string): Promise<void> {
  const path = `/v1/subscriptions/${subscriptionId}/test-clock`;
  let clock = await client.post<{ advancing: boolean }>(`${path}/advance`, { by });
  const givesUpAt = performance.now() + arrivesWithinMs;
  while (clock.advancing) {
    if (performance.now() > givesUpAt) throw new Error(`the clock of ${subscriptionId} does not arrive`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    clock = await client.get<{ advancing: boolean }>(path);
  }
}
