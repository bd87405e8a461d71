import { createRequire } from 'node:module';
import { afterEach, expect, it } from 'vitest';

interface RequestQueue {
  pending: unknown[];
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  destroy(): void;
}

const require = createRequire(import.meta.url);
// A connection's queue, as `stack/patches` leaves it: the library shows no other way whether it sleeps.
const RequestQueue = require('kafkajs/src/network/requestQueue/index.js') as new (options: object) => RequestQueue;

let queue: RequestQueue | undefined;
afterEach(() => queue?.destroy());

function openQueue(): RequestQueue {
  const logger = { debug: () => undefined, warn: () => undefined };
  const options = { maxInFlightRequests: null, requestTimeout: 5_000, enforceRequestTimeout: true, clientId: 'test' };
  queue = new RequestQueue({ ...options, broker: 'none', logger });
  return queue;
}

it('sets no timer for a connection that has nothing to send', () => {
  const idle = openQueue();
  idle.checkPendingRequests();
  expect(idle.throttleCheckTimeoutId).toBeNull();
});
