import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertNever } from '../../../../domain/invariant.ts';
import { checkLive, checkReady } from '../../../../runtime/health.ts';
import { metricsContentType, registerCounter, renderMetrics } from '../../../../runtime/metrics.ts';
import { routes } from './routes.ts';
import type { Sandbox } from './sandbox.ts';
import { type Reply, refuse, WireRefusal, type WireRequest } from './wire.ts';

const bodyMaxBytes = 65_536;
const requestCount = registerCounter({
  name: 'sandbox_provider_requests_total',
  help: 'Requests to the sandbox provider by route and what became of them',
  labels: ['route', 'result'],
});

/** One request from its first byte to its answer; throws only for what is a bug here. */
export async function answerRequest(
  sandbox: Sandbox,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  if (await answerOperator(url.pathname, response)) return;
  for (const route of routes) {
    const match = request.method === route.method ? route.pattern.exec(url.pathname) : null;
    if (match === null) continue;
    const reply = await replyOf(async () => {
      const { rawBody, body } = await readBody(request);
      const wireRequest: WireRequest = {
        params: match.slice(1),
        query: url.searchParams,
        body,
        rawBody,
        headers: { ...request.headers } as Record<string, string | undefined>,
        idempotencyKey: request.headers['idempotency-key']?.toString() || undefined,
        baseUrl: `http://${request.headers.host ?? 'localhost'}`,
        wantsHtml: request.headers.accept?.includes('text/html') ?? false,
      };
      return route.handle(sandbox, wireRequest);
    });
    countRequest(route.name, reply);
    return send(reply, response);
  }
  send(refuse(404, 'not_found', 'No such path'), response);
}

export function countRequest(route: string, reply: Reply): void {
  requestCount.inc({ route, result: reply.kind === 'answer' ? String(reply.status) : reply.kind });
}

/** Health and metrics; true where it was one of them. */
export async function answerOperator(path: string, response: ServerResponse): Promise<boolean> {
  if (path === '/metrics') {
    response.writeHead(200, { 'content-type': metricsContentType }).end(await renderMetrics());
    return true;
  }
  if (path !== '/health/live' && path !== '/health/ready') return false;
  const { status, body } = path === '/health/live' ? checkLive() : await checkReady();
  send({ kind: 'answer', status, body }, response);
  return true;
}

async function replyOf(handle: () => Reply | Promise<Reply>): Promise<Reply> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof WireRefusal) return refuse(error.status, error.code, error.message);
    throw error;
  }
}

export function send(reply: Reply, response: ServerResponse): void {
  switch (reply.kind) {
    case 'answer': {
      const body = Buffer.from(JSON.stringify(reply.body));
      response.writeHead(reply.status, {
        'content-type': 'application/json',
        'content-length': body.length,
        ...reply.headers,
      });
      response.end(body);
      return;
    }
    case 'page':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(reply.html);
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

export async function readBody(request: IncomingMessage): Promise<{ rawBody: Buffer; body: unknown }> {
  const rawBody = await readBytes(request);
  return { rawBody, body: request.method === 'GET' ? undefined : parseBody(request, rawBody) };
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyMaxBytes) throw new WireRefusal(413, 'body_too_large', `A body has at most ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseBody(request: IncomingMessage, rawBody: Buffer): unknown {
  const text = rawBody.toString('utf8');
  // A body that is an object is read as JSON whatever its type says: `curl -d` names everything a form.
  const isForm =
    request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') && !text.startsWith('{');
  if (isForm) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WireRefusal(400, 'invalid_request', `body: ${(error as Error).message}`);
  }
}
