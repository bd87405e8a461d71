import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox, WebhookTarget } from '../server/sandbox.ts';
import { answerStripe } from './answer-stripe.ts';
import { deliverDueEvents, deliverEarlyEvents, nextEventDueAt } from './deliver-events.ts';
import { announceIntent, requireCharge } from './intents.ts';
import { nextRefundDueAt, settleDueRefunds } from './settle-refunds.ts';
import { prepareStripeStore } from './stripe-store.ts';
import { accountPrefix } from './stripe-wire.ts';

export interface StripeDialectOptions {
  /** 0 takes a free one. */
  port: number;
  /** For accounts without an endpoint of their own; null: their events are only listed. */
  webhook: WebhookTarget | null;
}

export interface StripeServer {
  url: string;
  close: () => Promise<void>;
}

interface Surroundings {
  sandbox: Sandbox;
  host: string;
  keepAliveMs: number;
  onError: (error: unknown) => void;
}

/** Stripe's API on a port of its own, since its SDK knows a host and a port but no base path. */
export async function startStripeDialect(
  { sandbox, host, keepAliveMs, onError }: Surroundings,
  { port, webhook }: StripeDialectOptions,
): Promise<StripeServer> {
  prepareStripeStore(sandbox);
  sandbox.dialects.push({
    charges: { accountPrefix, announce: (id) => announceIntent(sandbox, requireCharge(sandbox, id)) },
    async deliverDue() {
      settleDueRefunds(sandbox);
      await deliverDueEvents(sandbox, webhook);
    },
    nextDueAt() {
      const dueAts = [nextEventDueAt(sandbox, webhook), nextRefundDueAt(sandbox)].filter((dueAt) => dueAt !== null);
      return dueAts.length === 0 ? null : Math.min(...dueAts);
    },
  });
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    const beforeAnswer = () => deliverEarlyEvents(sandbox, webhook);
    answerStripe({ sandbox, beforeAnswer }, request, response).catch((error: unknown) => {
      // Whoever hung up in the middle of a request asked for nothing yet.
      if (sandbox.closing.aborted || !request.complete) return;
      onError(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"type":"api_error"}}');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
