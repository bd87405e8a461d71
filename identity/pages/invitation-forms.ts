import { html } from 'hono/html';
import type { OpenInvitation } from '../accounts/accept-invitation.ts';
import { passwordLengthMin } from '../accounts/password-policy.ts';
import { type Html, type Page, renderField, renderForm, renderPage } from './page.ts';
import type { PageContext } from './parts.ts';

export const newPasswordHint = `At least ${passwordLengthMin} characters; several words that nobody would guess are best.`;

/** What is said with a form that is shown again: `field` is what it is about. */
export type Said = Pick<Page, 'status' | 'error' | 'headers'> & { name?: string; field?: 'name' | 'password' | 'code' };

/** An invitation that is open, with the token it was found by. */
export interface Invited extends OpenInvitation {
  token: string;
}

export const aboutInvitation = (token: string) => `invitation ${token}`;

/** Somebody the platform does not know yet. */
export function askNew(parts: PageContext, invited: Invited, said: Said = {}): Promise<Response> {
  const { name = '', field } = said;
  const fields = html`${renderField({
    ...{ name: 'name', label: 'Your name', value: name, autocomplete: 'name', focus: field !== 'password' },
    invalid: field === 'name',
  })}
    ${renderField({
      ...{ name: 'password', label: 'Choose a password', type: 'password', autocomplete: 'new-password' },
      ...{ hint: newPasswordHint, focus: field === 'password', invalid: field === 'password' },
    })}`;
  return renderInvitation(parts, invited, fields, said);
}

/** Somebody who has an account under this address. */
export function askKnown(parts: PageContext, invited: Invited, said: Said = {}): Promise<Response> {
  const { field } = said;
  const fields = html`<p>There is an account for this address already. Sign in to accept.</p>
    ${renderField({
      ...{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
      ...{ focus: field !== 'code', invalid: field === 'password' },
    })}
    ${renderField({
      ...{ name: 'code', label: 'Code', autocomplete: 'one-time-code', optional: true },
      ...{ focus: field === 'code', invalid: field === 'code' },
      hint: 'Only where you have set up an authenticator: its six digits, or a recovery code.',
    })}
    <p><a href="/identity/password">Forgotten your password?</a></p>`;
  return renderInvitation(parts, invited, fields, said);
}

function renderInvitation({ guard }: PageContext, invited: Invited, fields: Html, said: Said): Promise<Response> {
  const { token, email, role, tenantName } = invited;
  const form = renderForm({
    action: `/identity/invitation/${encodeURIComponent(token)}`,
    token: guard.tokenFor(aboutInvitation(token)),
    button: 'Accept',
    // Password managers file what is chosen under this.
    fields: html`<input type="hidden" name="username" value="${email}" autocomplete="username">${fields}`,
  });
  const { status, error, headers } = said;
  const body = html`<p class="soft">for ${email}, as ${role}</p>${form}`;
  return renderPage({ title: `Join ${tenantName}`, status, error, headers, body });
}

export function renderInvitationOver(): Promise<Response> {
  const body = html`<p>This invitation has been used, has expired or was withdrawn. Ask for another.</p>`;
  return renderPage({ title: 'This invitation is over', body, status: 404 });
}

export function renderJoined({ tenantName }: OpenInvitation): Promise<Response> {
  const body = html`<p>You are in. You can sign in to ${tenantName} now.</p><p><a href="/admin">Sign in</a></p>`;
  return renderPage({ title: `Welcome to ${tenantName}`, body });
}
