import { Hono } from 'hono';
import { html } from 'hono/html';
import { ShortLivedStoreError } from '../../adapters/short-lived/short-lived-store-error.ts';
import { statusOfRefusal } from '../../contracts/problem.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createFormGuard } from './guard-form.ts';
import { serveInvitation } from './invitation.ts';
import { renderPage, stylesheetPath } from './page.ts';
import type { AccountPageParts } from './parts.ts';
import { servePassword } from './password.ts';
import { serveSignIn } from './sign-in.ts';
import { stylesheet } from './stylesheet.ts';

/** Everything a person sees of the identity service, under `/identity/`; it needs no script. */
export function createAccountPages(parts: AccountPageParts): Hono {
  const app = new Hono();
  const context = { ...parts, guard: createFormGuard(parts) };
  app.get(stylesheetPath, () => {
    const headers = { 'cache-control': 'public, max-age=300', 'x-content-type-options': 'nosniff' };
    return new Response(stylesheet, { headers: { ...headers, 'content-type': 'text/css; charset=utf-8' } });
  });
  serveSignIn(app, context);
  serveInvitation(app, context);
  servePassword(app, context);
  app.all('/identity/*', () => {
    return renderPage({ title: 'Not found', body: html`<p>There is nothing at this address.</p>`, status: 404 });
  });
  app.onError((error) => renderFailure(error, parts.logger));
  return app;
}

/** The address is not logged: it may hold a token. */
function renderFailure(error: unknown, logger: Logger): Promise<Response> {
  if (error instanceof DomainError && error.code !== 'overloaded') {
    const body = html`<p>${error.publicMessage}</p>`;
    return renderPage({ title: 'This did not work', body, status: statusOfRefusal(error.code) });
  }
  const isBrief = error instanceof DomainError || error instanceof ShortLivedStoreError || isInfrastructureError(error);
  if (isBrief) {
    logger.warn({ err: error }, 'a page of the identity service cannot be served for now');
    const body = html`<p>This is briefly unavailable. Try again in a moment.</p>`;
    return renderPage({ title: 'Try again', body, status: 503, headers: { 'retry-after': '2' } });
  }
  logger.error({ err: error }, 'a page of the identity service failed');
  const body = html`<p>Something went wrong here. Try again, or tell whoever runs this.</p>`;
  return renderPage({ title: 'This did not work', body, status: 500 });
}
