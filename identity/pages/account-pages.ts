import { Hono } from 'hono';
import { html } from 'hono/html';
import { ShortLivedStoreError } from '../../adapters/short-lived/short-lived-store-error.ts';
import { statusOfRefusal } from '../../contracts/problem.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createFormGuard } from './guard-form.ts';
import { serveInvitation } from './invitation.ts';
import { noteForgedForm } from './note-forged-form.ts';
import { renderPage } from './page.ts';
import { type AccountPageParts, textsFor } from './parts.ts';
import { servePassword } from './password.ts';
import { serveSignIn } from './sign-in.ts';
import { describeRefusal } from './texts/describe-refusal.ts';
import type { PageTexts } from './texts/en.ts';

/** Everything a person sees of the identity service, under `/identity/`; it needs no script. */
export function createAccountPages(parts: AccountPageParts): Hono {
  const app = new Hono();
  const context = { ...parts, guard: createFormGuard(parts) };
  serveSignIn(app, context);
  serveInvitation(app, context);
  servePassword(app, context);
  app.all('/identity/*', (c) => {
    const texts = textsFor(c);
    const { notFound, notFoundTitle } = texts.failure;
    return renderPage(texts, { title: notFoundTitle, body: html`<p>${notFound}</p>`, status: 404 });
  });
  app.onError(async (error, c) => {
    await noteForgedForm(parts, c, error);
    return renderFailure(textsFor(c), error, parts.logger);
  });
  return app;
}

/** The address is not logged: it may hold a token. */
function renderFailure(texts: PageTexts, error: unknown, logger: Logger): Promise<Response> {
  const { failure } = texts;
  if (error instanceof DomainError && error.code !== 'overloaded') {
    const body = html`<p>${describeRefusal(texts, error)}</p>`;
    return renderPage(texts, { title: failure.title, body, status: statusOfRefusal(error.code) });
  }
  const isBrief = error instanceof DomainError || error instanceof ShortLivedStoreError || isInfrastructureError(error);
  if (isBrief) {
    logger.warn({ err: error }, 'a page of the identity service cannot be served for now');
    const body = html`<p>${failure.brief}</p>`;
    return renderPage(texts, { title: failure.briefTitle, body, status: 503, headers: { 'retry-after': '2' } });
  }
  logger.error({ err: error }, 'a page of the identity service failed');
  return renderPage(texts, { title: failure.title, body: html`<p>${failure.unknown}</p>`, status: 500 });
}
