import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Answer } from '../../contracts/answer.ts';
import { problem } from '../../contracts/problem.ts';
import { DomainError } from '../../domain/errors.ts';
import { renderDocument, styleSource } from '../../identity/pages/page.ts';
import { textsFor } from '../../identity/pages/parts.ts';
import { describeRefusal } from '../../identity/pages/texts/describe-refusal.ts';
import type { PageTexts } from '../../identity/pages/texts/en.ts';
import { portalPath } from '../../identity/sign-in/portal-links.ts';
import { SignInUnavailableError } from '../../identity/sign-in/relying-party.ts';
import { SignInRefusal } from '../../identity/sign-in/sign-in-refusal.ts';
import type { Logger } from '../../runtime/logger.ts';
import { answerOfError } from '../gateway/answer-error.ts';
import { refuseForbiddenParameters } from '../gateway/check-text.ts';
import type { Gate } from '../gateway/gate.ts';
import type { DenialNotes } from '../gateway/note-denial.ts';
import { finishRequest, type ObservedRequest, observeRequest } from '../gateway/observe-request.ts';
import { pageHeaders, transportHeaders } from '../gateway/security-headers.ts';

/** What the pages about signing in answer. */
export interface AuthAnswer {
  status: number;
  html: string;
  cookies: readonly string[];
  location?: string;
}

const policy = `default-src 'none'; style-src ${styleSource}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Of every page about signing in that the API shows itself. */
export const authPageHeaders: Readonly<Record<string, string>> = pageHeaders(policy);

export function redirect(location: string, cookies: readonly string[] = []): AuthAnswer {
  return { status: 303, html: '', cookies, location };
}

/** `signInPath` is offered to staff alone: a customer has nothing to sign in with but a link. */
export function renderAuthPage(
  texts: PageTexts,
  { title, detail, signInPath }: { title: string; detail: string; signInPath: string | null },
): Promise<string> {
  const way = signInPath === null ? '' : html`<p><a href="${signInPath}">${texts.signIn.button}</a></p>`;
  return renderDocument(texts, { title, body: html`<p>${detail}</p>${way}` });
}

/** A refusal as a page, in its reader's language. */
export function renderRefusal(
  texts: PageTexts,
  error: unknown,
  { status, signInPath }: { status: number; signInPath: string | null },
): Promise<string> {
  const { failure, linkOver } = texts;
  const isLink = error instanceof SignInRefusal && error.reason === 'link_over';
  const title = status >= 500 ? failure.away : isLink ? linkOver : failure.signIn;
  const detail = error instanceof DomainError ? describeRefusal(texts, error) : failure.brief;
  return renderAuthPage(texts, { title, detail, signInPath });
}

/** Answers browsers with pages, and calls that ask for JSON with problems and addresses to go on to. */
export function createAuthResponder(parts: {
  portals: { publicUrl: string };
  gate: Gate;
  denials: Pick<DenialNotes, 'note'>;
  logger: Logger;
}) {
  const { logger, portals, gate, denials } = parts;
  const always = { ...authPageHeaders, ...transportHeaders(portals.publicUrl) };
  return async (
    c: Context,
    route: string,
    work: (request: ObservedRequest) => Promise<AuthAnswer>,
    kind: 'page' | 'login' = 'login',
  ): Promise<Response> => {
    const request = observeRequest(c, gate.findClient);
    const on = { method: c.req.method, route, logger };
    const wantsJson = c.req.header('accept')?.includes('application/json') === true;
    const arrived = gate.arriveAt(request, kind).then(() => {
      refuseForbiddenParameters(new URL(c.req.url).search);
      return work(request);
    });
    const answer = await arrived.catch(async (error: unknown): Promise<AuthAnswer | Answer> => {
      const method = c.req.method === 'POST' ? 'post' : 'get';
      denials.note(error, request, { method, path: route, permission: null }, c);
      const refused = answerOfSignInError(error, { logger, requestId: request.id });
      if (wantsJson) return refused;
      const { status } = refused;
      const signInPath = route === portalPath ? null : '/auth/sign-in';
      return { status, html: await renderRefusal(textsFor(c), error, { status, signInPath }), cookies: [] };
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
