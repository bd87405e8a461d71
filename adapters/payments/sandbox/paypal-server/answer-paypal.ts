import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerOperator, countRequest, readBody, send } from '../server/answer-request.ts';
import { type Reply, refuse, WireRefusal } from '../server/wire.ts';
import type { Paypal } from './paypal.ts';
import { type PaypalRoute, paypalRoutes } from './routes.ts';
import { certificatePath } from './sign-event.ts';
import { testCertificatePem } from './test-certificate.ts';
import { notFound, type PaypalRequest, translate } from './wire.ts';

/** One request of the dialect from its first byte to its answer; throws only for what is a bug here. */
export async function answerPaypal(
  { paypal, beforeAnswer }: { paypal: Paypal; beforeAnswer: () => Promise<void> },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  if (await answerOperator(url.pathname, response)) return;
  if (url.pathname === certificatePath && request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/x-pem-file' }).end(testCertificatePem);
    return;
  }
  for (const route of paypalRoutes) {
    const match = request.method === route.method ? route.pattern.exec(url.pathname) : null;
    if (match === null) continue;
    const reply = translate(await replyOf(paypal, route, () => readRequest(request, url, match.slice(1))));
    await beforeAnswer();
    countRequest(`paypal ${route.name}`, reply);
    if (reply.kind === 'answer' && reply.status === 204) response.writeHead(204).end();
    else send(reply, response);
    return;
  }
  send(notFound(), response);
}

async function replyOf(paypal: Paypal, route: PaypalRoute, readIt: () => Promise<PaypalRequest>): Promise<Reply> {
  try {
    const request = await readIt();
    if (route.isOpen) return await route.handle(paypal, request);
    const account = paypal.tokens.accountOf(request.accessToken, paypal.sandbox.now());
    if (account !== null) return await route.handle(paypal, { ...request, account });
    const body = { error: 'invalid_token', error_description: 'The token is expired, revoked or unknown' };
    return { kind: 'answer', status: 401, body };
  } catch (error) {
    if (error instanceof WireRefusal) return refuse(error.status, error.code, error.message);
    throw error;
  }
}

async function readRequest(request: IncomingMessage, url: URL, params: string[]): Promise<PaypalRequest> {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ', 2);
  return {
    params,
    query: url.searchParams,
    body: (await readBody(request)).body,
    account: '',
    basic: scheme === 'Basic' ? readBasic(value) : null,
    accessToken: scheme === 'Bearer' ? value : '',
    requestId: request.headers['paypal-request-id']?.toString() || undefined,
    baseUrl: `http://${request.headers.host ?? 'localhost'}`,
    wantsHtml: request.headers.accept?.includes('text/html') ?? false,
  };
}

function readBasic(value: string): { id: string; secret: string } | null {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon > 0 ? { id: text.slice(0, colon), secret: text.slice(colon + 1) } : null;
}
