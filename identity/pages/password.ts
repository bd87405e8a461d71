import type { Hono } from 'hono';
import { html } from 'hono/html';
import { pause } from '../../runtime/pause.ts';
import { refusePassword } from '../accounts/password-policy.ts';
import { askForReset, findReset, type OpenReset, resetPassword } from '../accounts/reset-password.ts';
import { newPasswordHint } from './invitation-forms.ts';
import { type Page, renderField, renderForm, renderPage } from './page.ts';
import { askedFrom, type PageContext, waiting } from './parts.ts';

const askPath = '/identity/password';
/** Longer than what is done for an account there is: the time of an answer does not tell it from one there is not. */
const answerMs = 400;

/** A forgotten password: asking for a link, and what the link leads to. */
export function servePassword(app: Hono, parts: PageContext): void {
  const { accounts, guard } = parts;

  app.get(askPath, () => askEmail(parts));

  app.post(askPath, async (c) => {
    const form = await guard.readForm(c, askPath);
    const [waitMs] = await Promise.all([
      askForReset(accounts, form.get('email') ?? '', askedFrom(parts, c)),
      pause(answerMs),
    ]);
    return waitMs === null ? renderAsked() : askEmail(parts, waiting(waitMs));
  });

  app.get(`${askPath}/:token`, async (c) => {
    const token = c.req.param('token');
    const reset = await findReset(accounts, token);
    return reset === null ? renderLinkOver() : askNewPassword(parts, token, reset);
  });

  app.post(`${askPath}/:token`, async (c) => {
    const token = c.req.param('token');
    const form = await guard.readForm(c, aboutReset(token));
    const reset = await findReset(accounts, token);
    if (reset === null) return renderLinkOver();
    const password = form.get('password') ?? '';
    const wrong = refusePassword(password, reset);
    if (wrong !== null) {
      return askNewPassword(parts, token, reset, { status: 400, error: `The password ${wrong}.` });
    }
    const isDone = await resetPassword(accounts, token, password, askedFrom(parts, c));
    return isDone ? renderChanged() : renderLinkOver();
  });
}

type Said = Pick<Page, 'status' | 'error' | 'headers'>;

const aboutReset = (token: string) => `password ${token}`;

function askEmail({ guard }: PageContext, said: Said = {}): Promise<Response> {
  const fields = renderField({
    ...{ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', focus: true },
    invalid: said.error !== undefined,
  });
  const form = renderForm({ action: askPath, token: guard.tokenFor(askPath), button: 'Ask for a link', fields });
  const body = html`<p class="soft">You will be sent a link to set a new password.</p>${form}`;
  return renderPage({ title: 'Forgotten password', ...said, body });
}

/** The same for every address. */
function renderAsked(): Promise<Response> {
  const body = html`<p>If there is an account for this address, a link is on its way. It is good for an hour.</p>
    <p class="soft">Nothing comes? Ask an administrator of the business, who can make a link for you.</p>`;
  return renderPage({ title: 'Look for a message', body });
}

function askNewPassword(parts: PageContext, token: string, reset: OpenReset, said: Said = {}): Promise<Response> {
  const fields = html`<input type="hidden" name="username" value="${reset.email}" autocomplete="username">
    ${renderField({
      ...{ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password' },
      ...{ hint: newPasswordHint, focus: true, invalid: said.error !== undefined },
    })}`;
  const action = `${askPath}/${encodeURIComponent(token)}`;
  const form = renderForm({ action, token: parts.guard.tokenFor(aboutReset(token)), button: 'Set password', fields });
  const body = html`<p class="soft">for ${reset.email}</p>${form}`;
  return renderPage({ title: 'Set a new password', ...said, body });
}

function renderLinkOver(): Promise<Response> {
  const body = html`<p>This link has been used or has expired.</p><p><a href="${askPath}">Ask for another</a></p>`;
  return renderPage({ title: 'This link is over', body, status: 404 });
}

function renderChanged(): Promise<Response> {
  const body = html`<p>Your password is set. Wherever you were signed in, you are signed out.</p>
    <p><a href="/admin">Sign in</a></p>`;
  return renderPage({ title: 'Password set', body });
}
