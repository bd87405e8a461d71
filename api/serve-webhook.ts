import type { Context } from 'hono';
import type { Answer } from '../contracts/answer.ts';
import { problem } from '../contracts/problem.ts';
import type { Logger } from '../runtime/logger.ts';
import { answerOfError } from './gateway/answer-error.ts';
import type { FindClient } from './gateway/client-address.ts';
import { finishRequest, observeRequest } from './gateway/observe-request.ts';
import { readBody, webhookBytesMax } from './gateway/read-body.ts';
import type { ReceiveWebhook } from './parts.ts';

export interface WebhookDoor {
  receiveWebhook: ReceiveWebhook;
  findClient?: FindClient;
  logger: Logger;
}

/** Whatever providers send at once, this process's memory is bounded: one that is refused comes again. */
const bytesInHandMax = 64 * 1024 * 1024;

/** A provider's notification goes on as it came, byte for byte: its signature is its authentication. */
export function serveWebhook(
  { receiveWebhook, findClient, logger }: WebhookDoor,
  route: string,
): (c: Context) => Promise<Response> {
  let bytesInHand = 0;

  async function receive(c: Context): Promise<Answer> {
    const bytes = Math.min(Number(c.req.header('content-length') ?? webhookBytesMax) || 0, webhookBytesMax);
    if (bytesInHand + bytes > bytesInHandMax)
      return problem(503, 'service_unavailable', 'Too much at once; send it again.');
    bytesInHand += bytes;
    try {
      const rawBody = await readBody(c, webhookBytesMax);
      const provider = c.req.param('provider') ?? '';
      const endpoint = c.req.param('endpoint') ?? null;
      return await receiveWebhook({ provider, endpoint, headers: c.req.header(), rawBody });
    } finally {
      bytesInHand -= bytes;
    }
  }

  return async (c) => {
    const request = observeRequest(c, findClient);
    let answer: Answer;
    try {
      answer = await receive(c);
    } catch (error) {
      answer = answerOfError(error, { logger, requestId: request.id });
    }
    return finishRequest(request, answer, { method: 'POST', route, logger });
  };
}
