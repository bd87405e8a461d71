import { html } from 'hono/html';
import type { OpenInvitation } from '../accounts/accept-invitation.ts';
import { type Html, type Page, renderField, renderForm, renderPage } from './page.ts';
import type { PageContext } from './parts.ts';
import type { PageTexts } from './texts/en.ts';

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
  const { invitation, password } = parts.texts;
  const fields = html`${renderField({
    ...{ name: 'name', label: invitation.name, value: name, autocomplete: 'name', focus: field !== 'password' },
    invalid: field === 'name',
  })}
    ${renderField({
      ...{ name: 'password', label: invitation.choosePassword, type: 'password', autocomplete: 'new-password' },
      ...{ hint: password.hint, focus: field === 'password', invalid: field === 'password' },
    })}`;
  return renderInvitation(parts, invited, fields, said);
}

/** Somebody who has an account under this address. */
export function askKnown(parts: PageContext, invited: Invited, said: Said = {}): Promise<Response> {
  const { field } = said;
  const { invitation, signIn, code } = parts.texts;
  const fields = html`<p>${invitation.known}</p>
    ${renderField({
      ...{ name: 'password', label: signIn.password, type: 'password', autocomplete: 'current-password' },
      ...{ focus: field !== 'code', invalid: field === 'password' },
    })}
    ${renderField({
      ...{ name: 'code', label: code.label, autocomplete: 'one-time-code', optional: true },
      ...{ focus: field === 'code', invalid: field === 'code' },
      hint: code.hintWhereSetUp,
    })}
    <p><a href="/identity/password">${signIn.forgotten}</a></p>`;
  return renderInvitation(parts, invited, fields, said);
}

function renderInvitation(
  { guard, texts }: PageContext,
  invited: Invited,
  fields: Html,
  said: Said,
): Promise<Response> {
  const { token, email, role, tenantName } = invited;
  const form = renderForm({
    action: `/identity/invitation/${encodeURIComponent(token)}`,
    token: guard.tokenFor(aboutInvitation(token)),
    button: texts.invitation.accept,
    // Password managers file what is chosen under this.
    fields: html`<input type="hidden" name="username" value="${email}" autocomplete="username">${fields}`,
  });
  const { status, error, headers } = said;
  const body = html`<p class="soft">${texts.invitation.whom(email, nameOfRole(texts, role))}</p>${form}`;
  return renderPage(texts, { title: texts.invitation.title(tenantName), status, error, headers, body });
}

/** A role of the tenant's own is named by it. */
function nameOfRole({ invitation: { roles } }: PageTexts, role: string): string {
  return Object.hasOwn(roles, role) ? roles[role as keyof typeof roles] : role;
}

export function renderInvitationOver({ texts }: PageContext): Promise<Response> {
  const body = html`<p>${texts.invitation.over}</p>`;
  return renderPage(texts, { title: texts.invitation.overTitle, body, status: 404 });
}

export function renderJoined({ texts }: PageContext, { tenantName }: OpenInvitation): Promise<Response> {
  const body = html`<p>${texts.invitation.joined(tenantName)}</p><p><a href="/admin">${texts.signIn.button}</a></p>`;
  return renderPage(texts, { title: texts.invitation.welcome(tenantName), body });
}
