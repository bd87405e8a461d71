import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Held, HoldPoints } from './hold-points.ts';

/** A charge on its way to the provider. */
export interface PassingCharge {
  attemptId: string;
  /** By the clock of this process. */
  at: number;
}

export interface ProviderProxy {
  url: string;
  /** Every send of every charge so far, repeated ones included. */
  charges: readonly PassingCharge[];
  /** The next charge is decided by the provider, and its sender does not learn of it before it is let go. */
  holdAnswer(): Held<PassingCharge>;
  close(): Promise<void>;
}

/** Between the platform and the sandbox provider: sees every charge and can keep an answer back. `target` is read per request. */
export async function startProviderProxy(target: () => string): Promise<ProviderProxy> {
  const answers = new HoldPoints<PassingCharge>();
  const charges: PassingCharge[] = [];

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const isCharge = request.method === 'POST' && request.url === '/v1/charges';
    const charge = isCharge ? { attemptId: String(request.headers['idempotency-key']), at: Date.now() } : null;
    if (charge) charges.push(charge);
    const upstream = openRequest(new URL(request.url ?? '/', target()), {
      method: request.method ?? 'GET',
      headers: request.headers,
    });
    upstream.once('error', () => response.destroy());
    const passBack = async (answer: IncomingMessage) => {
      const text = await readAll(answer);
      // Not before: a card to whose charge no answer ever comes would take the point along.
      const held = charge && answers.take(charge);
      held?.hit();
      await held?.released;
      response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
    };
    upstream.once('response', (answer) => {
      passBack(answer).catch(() => response.destroy());
    });
    // Who asked has given up or is dead.
    response.once('close', () => upstream.destroy());
    upstream.end(body);
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    charges,
    holdAnswer: () => answers.arm(() => true),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
