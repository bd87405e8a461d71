import type { Hono } from 'hono';
import { html } from 'hono/html';
import { pause } from '../../runtime/pause.ts';
import { findPasswordFault } from '../accounts/password-policy.ts';
import { askForReset, findReset, type OpenReset, resetPassword } from '../accounts/reset-password.ts';
import { type Page, renderField, renderForm, renderPage } from './page.ts';
import { askedFrom, contextOf, type PageContext, type PageParts, waiting } from './parts.ts';

const askPath = '/identity/password';
/** Longer than what is done for an account there is: the time of an answer does not tell it from one there is not. */
const answerMs = 400;

/** A forgotten password: asking for a link, and what the link leads to. */
export function servePassword(app: Hono, common: PageParts): void {
  const { accounts, guard } = common;

  app.get(askPath, (c) => askEmail(contextOf(common, c)));

  app.post(askPath, async (c) => {
    const parts = contextOf(common, c);
    const form = await guard.readForm(c, askPath);
    const [waitMs] = await Promise.all([
      askForReset(accounts, form.get('email') ?? '', askedFrom(parts, c)),
      pause(answerMs),
    ]);
    return waitMs === null ? renderAsked(parts) : askEmail(parts, waiting(parts.texts, waitMs));
  });

  app.get(`${askPath}/:token`, async (c) => {
    const parts = contextOf(common, c);
    const token = c.req.param('token');
    const reset = await findReset(accounts, token);
    return reset === null ? renderLinkOver(parts) : askNewPassword(parts, token, reset);
  });

  app.post(`${askPath}/:token`, async (c) => {
    const parts = contextOf(common, c);
    const token = c.req.param('token');
    const form = await guard.readForm(c, aboutReset(token));
    const reset = await findReset(accounts, token);
    if (reset === null) return renderLinkOver(parts);
    const password = form.get('password') ?? '';
    const fault = findPasswordFault(password, reset);
    if (fault !== null) {
      return askNewPassword(parts, token, reset, { status: 400, error: parts.texts.password.faults[fault] });
    }
    const isDone = await resetPassword(accounts, token, password, askedFrom(parts, c));
    return isDone ? renderChanged(parts) : renderLinkOver(parts);
  });
}

type Said = Pick<Page, 'status' | 'error' | 'headers'>;

const aboutReset = (token: string) => `password ${token}`;

function askEmail({ guard, texts }: PageContext, said: Said = {}): Promise<Response> {
  const { password, signIn } = texts;
  const fields = renderField({
    ...{ name: 'email', label: signIn.email, type: 'email', autocomplete: 'username', focus: true },
    invalid: said.error !== undefined,
  });
  const form = renderForm({ action: askPath, token: guard.tokenFor(askPath), button: password.ask, fields });
  const body = html`<p class="soft">${password.forgotten}</p>${form}`;
  return renderPage(texts, { title: password.forgottenTitle, ...said, body });
}

/** The same for every address. */
function renderAsked({ texts }: PageContext): Promise<Response> {
  const { asked, askedTitle, nothingComes } = texts.password;
  return renderPage(texts, { title: askedTitle, body: html`<p>${asked}</p><p class="soft">${nothingComes}</p>` });
}

function askNewPassword(parts: PageContext, token: string, reset: OpenReset, said: Said = {}): Promise<Response> {
  const { texts, guard } = parts;
  const { password } = texts;
  const fields = html`<input type="hidden" name="username" value="${reset.email}" autocomplete="username">
    ${renderField({
      ...{ name: 'password', label: password.label, type: 'password', autocomplete: 'new-password' },
      ...{ hint: password.hint, focus: true, invalid: said.error !== undefined },
    })}`;
  const action = `${askPath}/${encodeURIComponent(token)}`;
  const form = renderForm({ action, token: guard.tokenFor(aboutReset(token)), button: password.button, fields });
  const body = html`<p class="soft">${password.whom(reset.email)}</p>${form}`;
  return renderPage(texts, { title: password.title, ...said, body });
}

function renderLinkOver({ texts }: PageContext): Promise<Response> {
  const { over, overTitle, askAgain } = texts.password;
  const body = html`<p>${over}</p><p><a href="${askPath}">${askAgain}</a></p>`;
  return renderPage(texts, { title: overTitle, body, status: 404 });
}

function renderChanged({ texts }: PageContext): Promise<Response> {
  const body = html`<p>${texts.password.set}</p><p><a href="/admin">${texts.signIn.button}</a></p>`;
  return renderPage(texts, { title: texts.password.setTitle, body });
}
