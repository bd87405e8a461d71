import type { Context } from 'hono';
import { FeedAwayError } from '../../adapters/live/feed-away-error.ts';
import type { Answer } from '../../contracts/answer.ts';
import { problem } from '../../contracts/problem.ts';
import { followChangesRoute as contract } from '../../contracts/rest/live.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Credentials, type Principal, platformScope } from '../../identity/principal.ts';
import { sessionCookie, writeCookie } from '../../identity/sessions/cookie.ts';
import { answerOfError } from '../gateway/answer-error.ts';
import { finishRequest, type ObservedRequest, observeRequest } from '../gateway/observe-request.ts';
import { transportHeaders } from '../gateway/security-headers.ts';
import type { ApiParts } from '../parts.ts';
import { StreamsFull } from './stream-places.ts';

/** Of a stream's opening: it is a call like any other. What follows is no call under way: no place, no deadline, no load. */
export function serveLive(parts: ApiParts): (c: Context) => Promise<Response> {
  const { logger, gate } = parts;
  const headers = transportHeaders(parts.portals.publicUrl);

  async function open(c: Context, request: ObservedRequest): Promise<Answer> {
    gate.arrive(request, contract);
    const credentials = { method: 'GET', header: (name: string) => c.req.header(name) };
    const principal = await gate.identify(request, () => parts.authenticate(credentials));
    request.tenantId = principal.tenantId;
    request.actor = principal.actor;
    const newSecret = principal.session?.newSecret;
    if (newSecret) request.cookie = writeCookie(sessionCookie, newSecret);
    await gate.admit(request, contract, principal);
    if (principal.tenantId === platformScope)
      throw new DomainError('forbidden', 'The platform itself cannot be followed: enter a business.');
    const after = readSequence(c.req.header('last-event-id'));
    const lookAgain = () => lookAgainAt(parts, principal, credentials);
    const body = await parts.live.open({ principal, after, lookAgain });
    // Proxies that collect an answer before they pass it on would keep it for ever.
    return { status: 200, body, contentType: 'text/event-stream', headers: { 'x-accel-buffering': 'no' } };
  }

  return async (c) => {
    const request = observeRequest(c, gate.findClient);
    let answer: Answer;
    try {
      answer = await open(c, request);
    } catch (error) {
      parts.denials.note(error, request, contract, c);
      answer = answerOfRefusal(error, () => answerOfError(error, { logger, requestId: request.id }));
    }
    return finishRequest(request, answer, { method: 'GET', route: contract.path, logger, headers });
  };
}

function answerOfRefusal(error: unknown, otherwise: () => Answer): Answer {
  if (error instanceof FeedAwayError)
    return problem(503, 'service_unavailable', 'Nobody is told of changes at the moment; look now and then.');
  const answer = otherwise();
  if (!(error instanceof StreamsFull)) return answer;
  return { ...answer, headers: { 'retry-after': String(error.retryAfterSeconds) } };
}

/** What is no number of ours begins anew. */
function readSequence(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null;
}

/** Looking is no call: it neither keeps a session alive nor changes its secret. */
async function lookAgainAt({ portals, authenticate }: ApiParts, known: Principal, credentials: Credentials) {
  if (known.session === undefined) return authenticate(credentials);
  const session = await portals.sessions.peek(known.session);
  if (session === null) throw new DomainError('unauthorized', 'The session is over.');
  const principal = await portals.principalOf(session);
  if (principal.tenantId !== known.tenantId) throw new DomainError('unauthorized', 'The session is elsewhere.');
  return principal;
}
