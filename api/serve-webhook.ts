import type { Context } from 'hono';
import type { Answer } from '../contracts/answer.ts';
import type { Logger } from '../runtime/logger.ts';
import { answerOfError } from './gateway/answer-error.ts';
import { finishRequest, observeRequest } from './gateway/observe-request.ts';
import { readBody, webhookBytesMax } from './gateway/read-body.ts';
import type { ReceiveWebhook } from './parts.ts';

export interface WebhookDoor {
  receiveWebhook: ReceiveWebhook;
  logger: Logger;
}

/** A provider's notification goes on as it came, byte for byte: its signature is its authentication. */
export function serveWebhook(
  { receiveWebhook, logger }: WebhookDoor,
  route: string,
): (c: Context) => Promise<Response> {
  async function receive(c: Context): Promise<Answer> {
    const rawBody = await readBody(c, webhookBytesMax);
    const provider = c.req.param('provider') ?? '';
    const endpoint = c.req.param('endpoint') ?? null;
    return receiveWebhook({ provider, endpoint, headers: c.req.header(), rawBody });
  }

  return async (c) => {
    const request = observeRequest(c);
    let answer: Answer;
    try {
      answer = await receive(c);
    } catch (error) {
      answer = answerOfError(error, { logger, requestId: request.id });
    }
    return finishRequest(request, answer, { method: 'POST', route, logger });
  };
}
