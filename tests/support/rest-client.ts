import { setTimeout as delay } from 'node:timers/promises';

/** JSON as it came; a test says what it expects of it. */
export type Json = Record<string, unknown>;

export interface RestAnswer<Body = Json> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface Persistence {
  idempotencyKey: string;
  withinMs: number;
  /** Codes of refusals that pass by themselves and are answers all the same. */
  enough?: readonly string[];
}

export interface RestClient {
  /** One exchange. Rejects when the API is away. */
  send<Body = Json>(method: string, path: string, body?: Json, idempotencyKey?: string): Promise<RestAnswer<Body>>;
  /** As an integrator does: the same key until there is an answer that is no 5xx and does not pass by itself. */
  persist<Body = Json>(
    method: string,
    path: string,
    body: Json | undefined,
    options: Persistence,
  ): Promise<RestAnswer<Body>>;
  /** Rejects on anything but a 2xx. */
  get<Body = Json>(path: string): Promise<Body>;
  post<Body = Json>(path: string, body?: Json): Promise<Body>;
}

/** Refusals that pass by themselves: they carry Retry-After. */
function passes({ status, headers }: RestAnswer<unknown>): boolean {
  return status >= 500 || status === 429 || (status === 409 && headers.has('retry-after'));
}

export function createRestClient(baseUrl: string, apiKey: string): RestClient {
  async function send<Body>(method: string, path: string, body?: Json, idempotencyKey?: string) {
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(40_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : {}) as Body };
  }

  async function expectOk<Body>(method: string, path: string, body?: Json): Promise<Body> {
    const answer = await send<Body>(method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answers ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  return {
    send,
    get: (path) => expectOk('GET', path),
    post: (path, body) => expectOk('POST', path, body),
    async persist<Body>(method: string, path: string, body: Json | undefined, options: Persistence) {
      const until = performance.now() + options.withinMs;
      for (;;) {
        let last: unknown;
        try {
          const answer = await send<Body>(method, path, body, options.idempotencyKey);
          const isEnough = options.enough?.includes(String((answer.body as Json)['code'])) ?? false;
          if (!passes(answer) || isEnough) return answer;
          last = `${answer.status} ${JSON.stringify(answer.body)}`;
        } catch (error) {
          last = error;
        }
        if (performance.now() > until) {
          throw new Error(`${method} ${path} has no answer after ${options.withinMs} ms: ${String(last)}`, {
            cause: last,
          });
        }
        await delay(200);
      }
    },
  };
}
