import type { Context } from 'hono';
import type { Answer } from '../contracts/answer.ts';
import { DomainError } from '../domain/errors.ts';
import { answerOfError } from './gateway/answer-error.ts';
import { finishRequest, observeRequest } from './gateway/observe-request.ts';
import { readBody } from './gateway/read-body.ts';
import type { ApiParts } from './parts.ts';

/** A provider's notification goes on as it came, byte for byte: its signature is its authentication. */
export function serveWebhook(parts: ApiParts): (c: Context) => Promise<Response> {
  const { logger, receiveWebhook } = parts;

  async function receive(c: Context): Promise<Answer> {
    const rawBody = await readBody(c);
    const provider = c.req.param('provider') ?? '';
    const answer = await receiveWebhook({ provider, headers: c.req.header(), rawBody });
    if (!answer) throw new DomainError('not_found', 'unknown provider');
    return answer;
  }

  return async (c) => {
    const request = observeRequest(c);
    let answer: Answer;
    try {
      answer = await receive(c);
    } catch (error) {
      answer = answerOfError(error, { logger, requestId: request.id });
    }
    return finishRequest(request, answer, { method: 'POST', route: '/webhooks/{provider}', logger });
  };
}
