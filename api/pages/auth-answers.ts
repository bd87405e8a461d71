import type { Context } from 'hono';
import type { Answer } from '../../contracts/answer.ts';
import { problem } from '../../contracts/problem.ts';
import { SignInUnavailableError } from '../../identity/sign-in/relying-party.ts';
import type { Logger } from '../../runtime/logger.ts';
import { answerOfError } from '../gateway/answer-error.ts';
import type { Gate } from '../gateway/gate.ts';
import { finishRequest, type ObservedRequest, observeRequest } from '../gateway/observe-request.ts';
import { pageHeaders, transportHeaders } from '../gateway/security-headers.ts';

/** What the pages about signing in answer. */
export interface AuthAnswer {
  status: number;
  html: string;
  cookies: readonly string[];
  location?: string;
}

interface AuthPageTraits {
  kind?: 'page' | 'login';
  /** Where whoever was refused can sign in; null where there is no such place. */
  signInPath?: string | null;
}

const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function redirect(location: string, cookies: readonly string[] = []): AuthAnswer {
  return { status: 303, html: '', cookies, location };
}

/** `detail` is ours, and plain; a customer has nowhere to sign in, but comes by a link. */
export function renderAuthPage(title: string, detail: string, signInPath: string | null): string {
  const wayIn =
    signInPath === null
      ? ''
      : `
      <p><a href="${signInPath}">Sign in</a></p>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · RedCore</title>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${detail}</p>${wayIn}
    </main>
  </body>
</html>
`;
}

/** Answers browsers with pages, and calls that ask for JSON with problems and addresses to go on to. */
export function createAuthResponder(parts: { portals: { publicUrl: string }; gate: Gate; logger: Logger }) {
  const { logger, portals, gate } = parts;
  const always = { ...pageHeaders(policy), ...transportHeaders(portals.publicUrl) };
  return async (
    c: Context,
    route: string,
    work: (request: ObservedRequest) => Promise<AuthAnswer>,
    { kind = 'login', signInPath = '/auth/sign-in' }: AuthPageTraits = {},
  ): Promise<Response> => {
    const request = observeRequest(c, gate.findClient);
    const on = { method: c.req.method, route, logger };
    const wantsJson = c.req.header('accept')?.includes('application/json') === true;
    const arrived = gate.arriveAt(request, kind).then(() => work(request));
    const answer = await arrived.catch((error: unknown): AuthAnswer | Answer => {
      const refused = answerOfSignInError(error, { logger, requestId: request.id });
      if (wantsJson) return refused;
      const { detail } = refused.body as { detail: string };
      const title = refused.status >= 500 ? 'Signing in is not possible just now' : 'This did not sign you in';
      return { status: refused.status, html: renderAuthPage(title, detail, signInPath), cookies: [] };
    });
    if ('body' in answer) return finishRequest(request, answer, on);
    const { status, html, cookies, location } = answer;
    const goesOn = location !== undefined && wantsJson;
    const rendered: Answer = goesOn
      ? { status: 200, body: { continue_at: location } }
      : { status, body: new TextEncoder().encode(html), contentType: 'text/html; charset=utf-8' };
    const to: Record<string, string> = goesOn || location === undefined ? {} : { location };
    const response = finishRequest(request, rendered, { ...on, headers: goesOn ? to : { ...always, ...to } });
    for (const cookie of cookies) response.headers.append('set-cookie', cookie);
    return response;
  };
}

function answerOfSignInError(error: unknown, log: { logger: Logger; requestId: string }): Answer {
  if (!(error instanceof SignInUnavailableError)) return answerOfError(error, log);
  log.logger.warn({ err: error, requestId: log.requestId }, 'nobody can sign in');
  return problem(503, 'service_unavailable', 'Signing in is briefly unavailable; try again.');
}
