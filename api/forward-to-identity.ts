import type { Context, Hono } from 'hono';
import { proxy } from 'hono/proxy';
import type { Answer } from '../contracts/answer.ts';
import { problem, problemOf } from '../contracts/problem.ts';
import { DomainError } from '../domain/errors.ts';
import { SECOND_MS } from '../domain/instant.ts';
import { textsFor } from '../identity/pages/parts.ts';
import type { Logger } from '../runtime/logger.ts';
import { answerOfError } from './gateway/answer-error.ts';
import { refuseForbiddenParameters } from './gateway/check-text.ts';
import type { Gate } from './gateway/gate.ts';
import { finishRequest, observeRequest, recordRequest } from './gateway/observe-request.ts';
import { tellLimit } from './gateway/rate-limits.ts';
import { readBody } from './gateway/read-body.ts';
import { authPageHeaders, renderRefusal } from './pages/auth-answers.ts';

/** What the identity service answers in the name of the one public address. */
const prefixes = ['/oauth', '/.well-known', '/identity'] as const;

/** A login computes a slow hash on purpose; nothing there takes longer. */
const timeoutMs = 10 * SECOND_MS;
const bodyBytesMax = 64 * 1_024;
const safeMethods = new Set(['GET', 'HEAD']);

/** Where people and machines show what they sign in with. The pages of signing in show themselves by GET, and take it by POST. */
function kindOf(method: string, pathname: string): 'page' | 'login' {
  const isSignIn = pathname === '/oauth/token' || (pathname.startsWith('/identity/') && !safeMethods.has(method));
  return isSignIn ? 'login' : 'page';
}

interface Forwarding {
  identityUrl: string;
  gate: Gate;
  logger: Logger;
}

/** Passes requests on as they come; the identity service is reached by nobody else. */
export function forwardToIdentity(app: Hono, parts: Forwarding): void {
  for (const prefix of prefixes) app.all(`${prefix}/*`, (c) => forward(c, `${prefix}/*`, parts));
}

/**
 * What a client asks for is kept until it is answered, `state` and all: the form is read here and searched for what may be kept
 * nowhere. Forms of our own pages are not: they hold passwords, and the pages look at what they keep.
 */
async function readForm(c: Context, pathname: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (safeMethods.has(c.req.method) || !pathname.startsWith('/oauth/')) return undefined;
  const charset = /charset\s*=\s*"?([^\s;"]*)/i.exec(c.req.header('content-type') ?? '')?.[1];
  // By another one the library would read what is not seen here.
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8')
    throw new DomainError('unsupported_media_type', 'Forms are taken in UTF-8 alone.');
  const bytes = new Uint8Array(await readBody(c, bodyBytesMax));
  refuseForbiddenParameters(Buffer.from(bytes).toString('utf8'));
  return bytes;
}

/** People come here by browsers, and read a page; machines a problem. */
async function shownTo(c: Context, refused: Answer, error: unknown): Promise<Answer> {
  if (c.req.header('accept')?.includes('text/html') !== true) return refused;
  const { status } = refused;
  const page = await renderRefusal(textsFor(c), error, { status, signInPath: null });
  const contentType = 'text/html; charset=utf-8';
  return {
    ...refused,
    body: new TextEncoder().encode(page),
    contentType,
    headers: { ...refused.headers, ...authPageHeaders },
  };
}

async function forward(c: Context, route: string, { identityUrl, gate, logger }: Forwarding): Promise<Response> {
  const request = observeRequest(c, gate.findClient);
  const on = { method: c.req.method, route, logger };
  if (Number(c.req.header('content-length') ?? 0) > bodyBytesMax) {
    return finishRequest(request, problemOf(new DomainError('body_too_large', 'This takes at most 64 KiB.')), on);
  }
  const { pathname, search } = new URL(c.req.url);
  let form: Uint8Array<ArrayBuffer> | undefined;
  try {
    await gate.arriveAt(request, kindOf(c.req.method, pathname));
    refuseForbiddenParameters(search);
    form = await readForm(c, pathname);
  } catch (error) {
    const refused = answerOfError(error, { logger, requestId: request.id });
    return finishRequest(request, await shownTo(c, refused, error), on);
  }
  try {
    const response = await proxy(identityUrl + pathname + search, {
      raw: c.req.raw,
      ...(form ? { body: form } : {}),
      redirect: 'manual',
      signal: AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(timeoutMs)]),
      // What a stranger wrote there is replaced, not extended.
      headers: {
        ...c.req.header(),
        'x-forwarded-for': request.ip ?? undefined,
        forwarded: undefined,
        'x-request-id': request.id,
        // Of what was read here, the length is that of what is passed on.
        ...(form ? { 'content-length': undefined } : {}),
      },
    });
    recordRequest(request, { status: response.status }, on);
    const headers: Record<string, string> = {};
    if (request.limit) tellLimit(headers, request.limit);
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    response.headers.set('x-request-id', request.id);
    return response;
  } catch (error) {
    logger.warn({ err: error, requestId: request.id }, 'the identity service does not answer');
    return finishRequest(request, problem(503, 'service_unavailable', 'Signing in is briefly unavailable.'), on);
  }
}
