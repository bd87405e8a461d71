import { Agent, request } from 'node:http';

/** More than a platform that is overloaded answers at once: what waits here would be hidden from it. None is closed between two calls. */
const agent = new Agent({ keepAlive: true, maxSockets: 4_096, maxFreeSockets: 4_096 });

export interface Reply {
  status: number;
  text: string;
}

/** A bare client: the generator shares the cores with what it measures. */
export function call(options: {
  url: string;
  method: string;
  key?: string;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: Buffer;
  headers?: Record<string, string>;
}): Promise<Reply> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  return new Promise((resolve, reject) => {
    const outgoing = request(
      options.url,
      {
        agent,
        method: options.method,
        headers: {
          ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...options.headers,
        },
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export async function callForBody<T>(options: Parameters<typeof call>[0]): Promise<T> {
  const reply = await call(options);
  if (reply.status >= 300)
    throw new Error(`${options.method} ${options.url} answers ${reply.status}: ${reply.text.slice(0, 300)}`);
  return JSON.parse(reply.text) as T;
}
