import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  headers: Record<string, string>;
  rawBody: Uint8Array;
}

export interface WebhookReceiver {
  url: string;
  received: ReceivedWebhook[];
  /** The first delivery about this attempt; throws while there is none. */
  find: (attemptId: string) => ReceivedWebhook;
  /** Every delivery whose text names this. */
  about: (name: string) => ReceivedWebhook[];
  /** Whether deliveries are answered with 500 from now on. */
  refuse: (refuses: boolean) => void;
  /** How many of the next deliveries are answered with 500. */
  failNext: (count: number) => void;
  close: () => Promise<void>;
}

/** Stands in for the webhook endpoint in tests: keeps every delivery, refused ones included. */
export async function receiveWebhooks(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let failuresLeft = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      received.push({ headers: Object.fromEntries(headers), rawBody: Buffer.concat(chunks) });
      response.writeHead(failuresLeft > 0 ? 500 : 200).end();
      failuresLeft = Math.max(0, failuresLeft - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/sandbox`,
    received,
    find(attemptId) {
      const found = received.find(({ rawBody }) => referenceOf(rawBody) === attemptId);
      if (found === undefined) throw new Error(`no webhook about ${attemptId} arrived`);
      return found;
    },
    about: (name) => received.filter(({ rawBody }) => Buffer.from(rawBody).includes(name)),
    refuse: (refuses) => void (failuresLeft = refuses ? Number.POSITIVE_INFINITY : 0),
    failNext: (count) => void (failuresLeft = count),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** In the sandbox's own words, or in those of the custom protocol. */
function referenceOf(rawBody: Uint8Array): string | undefined {
  const { reference, payload } = JSON.parse(Buffer.from(rawBody).toString()) as {
    reference?: string;
    payload?: { attempt_id?: string };
  };
  return reference ?? payload?.attempt_id;
}
