import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../server/sandbox.ts';
import { createAccessTokens } from './access-tokens.ts';
import { answerPaypal } from './answer-paypal.ts';
import { deliverEarlyEvents, paypalWork } from './deliver-events.ts';
import { openPaypal } from './paypal.ts';

export interface PaypalDialectOptions {
  sandbox: Sandbox;
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Where its events go; null keeps them for the list alone. */
  webhookUrl: string | null;
  onError: (error: unknown) => void;
}

export interface PaypalDialect {
  url: string;
  port: number;
  close: () => Promise<void>;
}

const keepAliveMs = 75_000;

/** PayPal's REST dialect over the sandbox's clock, scripts, keys and store, on a port of its own. */
export async function startPaypalDialect(options: PaypalDialectOptions): Promise<PaypalDialect> {
  const { sandbox, host, webhookUrl } = options;
  const paypal = openPaypal({ sandbox, tokens: createAccessTokens(), sendsEvents: webhookUrl !== null });
  // Known before anything is delivered: the port is the server's own.
  let baseUrl = '';
  const beforeAnswer = () => deliverEarlyEvents(paypal, { baseUrl, webhookUrl });
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    answerPaypal({ paypal, beforeAnswer }, request, response).catch((error: unknown) => {
      // Whoever hung up in the middle of a request asked for nothing yet.
      if (sandbox.closing.aborted || !request.complete) return;
      options.onError(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'application/json' }).end('{"name":"INTERNAL_SERVER_ERROR"}');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  baseUrl = url;
  sandbox.dialects.push({ charges: null, ...paypalWork(paypal, { baseUrl: url, webhookUrl }) });
  return {
    url,
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
