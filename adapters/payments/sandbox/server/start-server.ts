import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPaypalDialect } from '../paypal-server/start-paypal.ts';
import { type StripeDialectOptions, startStripeDialect } from '../stripe-dialect/start-stripe.ts';
import { answerRequest } from './answer-request.ts';
import { startDueWork } from './run-due-work.ts';
import { openSandbox, type WebhookTarget } from './sandbox.ts';

export interface SandboxServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  folder: string;
  webhook: WebhookTarget | null;
  /** Stripe's dialect over the same store, where it is wanted. */
  stripe?: StripeDialectOptions | undefined;
  /** PayPal's dialect on a port of its own (0 takes a free one) and where its events go. */
  paypal?: { port: number; webhookUrl: string | null };
  onError: (error: unknown) => void;
}

export interface SandboxServer {
  url: string;
  stripeUrl: string | null;
  port: number;
  /** Where PayPal's dialect answers, if it was asked for. */
  paypalUrl: string | null;
  /** Resolves while the store answers. */
  checkStore: () => Promise<void>;
  close: () => Promise<void>;
}

/** Idle sockets outlive those of any client of ours, so that a client never writes to one that is just being closed. */
const keepAliveMs = 75_000;

export async function startSandboxServer(options: SandboxServerOptions): Promise<SandboxServer> {
  const closing = new AbortController();
  const sandbox = openSandbox({
    folder: options.folder,
    webhook: options.webhook,
    closing: closing.signal,
  });
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    answerRequest(sandbox, request, response).catch((error: unknown) => {
      // Whoever hung up in the middle of a request asked for nothing yet.
      if (closing.signal.aborted || !request.complete) return;
      options.onError(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"code":"internal_error"}}');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { host, onError } = options;
  const stripe = options.stripe && (await startStripeDialect({ sandbox, host, keepAliveMs, onError }, options.stripe));
  const paypal = options.paypal && (await startPaypalDialect({ sandbox, host, onError, ...options.paypal }));
  const dueWork = startDueWork({ sandbox, onError });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    port,
    stripeUrl: stripe?.url ?? null,
    paypalUrl: paypal?.url ?? null,
    checkStore: async () => void sandbox.sql.get`SELECT 1`,
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.all([stripe?.close(), paypal?.close()]);
      await dueWork.stop();
      sandbox.close();
    },
  };
}
