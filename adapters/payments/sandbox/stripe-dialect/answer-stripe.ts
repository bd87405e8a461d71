import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertNever } from '../../../../domain/invariant.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { refuse, WireRefusal } from '../server/wire.ts';
import { type Form, parseForm } from './parse-form.ts';
import { stripeRoutes } from './routes.ts';
import {
  accountPrefix,
  invalid,
  refuseStripe,
  type StripeCall,
  StripeRefusal,
  type StripeReply,
  stripeId,
} from './stripe-wire.ts';

const bodyMaxBytes = 65_536;

/** One request from its first byte to its answer; throws only for what is a bug here. */
export async function answerStripe(
  { sandbox, beforeAnswer }: { sandbox: Sandbox; beforeAnswer: () => Promise<void> },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = await replyTo(sandbox, request);
  await beforeAnswer();
  send(reply, response);
}

async function replyTo(sandbox: Sandbox, request: IncomingMessage): Promise<StripeReply> {
  const { pathname: path, search } = new URL(request.url ?? '/', 'http://stripe');
  try {
    for (const { method, pattern, handle } of stripeRoutes) {
      const match = request.method === method ? pattern.exec(path) : null;
      if (match === null) continue;
      const call: StripeCall = {
        account: path.startsWith('/v1/') ? accountOf(request) : '',
        path,
        params: match.slice(1).map(decodeURIComponent),
        query: parseForm(search.slice(1)),
        body: await readBody(request),
        idempotencyKey: request.headers['idempotency-key']?.toString() || undefined,
        baseUrl: `http://${request.headers.host ?? 'localhost'}`,
        wantsHtml: request.headers.accept?.includes('text/html') ?? false,
      };
      return await handle(sandbox, call);
    }
    const message = `Unrecognized request URL (${request.method}: ${path}).`;
    return refuseStripe(404, { type: 'invalid_request_error', message });
  } catch (error) {
    if (error instanceof StripeRefusal) return refuseStripe(error.status, error.body);
    if (error instanceof WireRefusal) return refuse(error.status, error.code, error.message);
    throw error;
  }
}

/** Every test key is an account of its own, except those that stand for a revoked one. */
function accountOf(request: IncomingMessage): string {
  const key = /^Bearer (?:sk|rk)_test_([A-Za-z0-9_-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
  if (key === undefined || key.startsWith('revoked')) {
    throw new StripeRefusal(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' });
  }
  return `${accountPrefix}${key}`;
}

/** Pages and control calls may send JSON too. */
async function readBody(request: IncomingMessage): Promise<Form> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyMaxBytes) throw invalid(`A body has at most ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (!text.startsWith('{')) return parseForm(text);
  try {
    return JSON.parse(text) as Form;
  } catch (error) {
    throw invalid(`body: ${(error as Error).message}`);
  }
}

function send(reply: StripeReply, response: ServerResponse): void {
  switch (reply.kind) {
    case 'answer': {
      const body = Buffer.from(JSON.stringify(reply.body));
      const length = { 'content-type': 'application/json', 'content-length': body.length };
      response.writeHead(reply.status, { ...length, 'request-id': stripeId('req'), ...reply.headers }).end(body);
      return;
    }
    case 'page':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(reply.html);
      return;
    case 'redirect':
      response.writeHead(303, { location: reply.url }).end();
      return;
    case 'hold':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    default:
      assertNever(reply);
  }
}
