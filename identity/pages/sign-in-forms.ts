import { html } from 'hono/html';
import type { TenantId } from '../../domain/ids.ts';
import type { Place } from '../accounts/user-rows.ts';
import type { Interaction } from '../interactions.ts';
import { platformScope } from '../principal.ts';
import { type Page, renderField, renderForm, renderPage } from './page.ts';
import type { PageContext } from './parts.ts';

type Said = Pick<Page, 'status' | 'error' | 'headers'>;

export function pathOf({ uid }: Interaction): string {
  return `/identity/sign-in/${encodeURIComponent(uid)}`;
}

export function askPassword(
  { guard }: PageContext,
  interaction: Interaction,
  email: string,
  said: Said = {},
): Promise<Response> {
  const invalid = said.error !== undefined;
  const fields = html`${renderField({
    ...{ name: 'email', label: 'E-mail address', type: 'email', value: email, autocomplete: 'username' },
    ...{ focus: email === '', invalid },
  })}
  ${renderField({
    ...{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
    ...{ focus: email !== '', invalid },
  })}`;
  const form = { action: pathOf(interaction), token: guard.tokenFor(interaction.uid), button: 'Sign in', fields };
  const body = html`<p class="soft">to continue to ${interaction.client.name}</p>
    ${renderForm(form)}
    <p><a href="/identity/password">Forgotten your password?</a></p>`;
  return renderPage({ title: 'Sign in', ...said, body });
}

export function askCode({ guard }: PageContext, interaction: Interaction, said: Said = {}): Promise<Response> {
  const fields = renderField({
    ...{ name: 'code', label: 'Code', autocomplete: 'one-time-code', focus: true },
    invalid: said.error !== undefined,
    hint: 'The six digits your authenticator shows, or one of your recovery codes.',
  });
  const token = guard.tokenFor(interaction.uid);
  const body = renderForm({ action: `${pathOf(interaction)}/code`, token, button: 'Go on', fields });
  return renderPage({ title: 'Enter your code', ...said, body });
}

export interface Choice {
  tenantId: TenantId;
  label: string;
}

export function listChoices({ places, platform }: { places: readonly Place[]; platform: boolean }): Choice[] {
  const choices = places.map(({ tenantId, tenantName, tenantMode }) => ({
    tenantId,
    label: `${tenantName} (${tenantMode === 'live' ? 'live' : 'test'})`,
  }));
  return platform ? [{ tenantId: platformScope, label: 'The platform (operators)' }, ...choices] : choices;
}

export function askPlace(
  { guard }: PageContext,
  interaction: Interaction,
  choices: readonly Choice[],
): Promise<Response> {
  const radios = choices.map(
    ({ tenantId, label }, index) => html`<label>
      <input type="radio" name="tenant_id" value="${tenantId}" required ${index === 0 ? 'checked' : ''}>${label}</label>`,
  );
  const fields = html`<fieldset><legend>Where do you want to go?</legend>${radios}</fieldset>`;
  const token = guard.tokenFor(interaction.uid);
  const body = renderForm({ action: `${pathOf(interaction)}/place`, token, button: 'Go on', fields });
  return renderPage({ title: 'Choose', body });
}

export function renderOver(): Promise<Response> {
  const body = html`<p>This sign-in is over, or was begun in another browser. Go back to where you came from and start again.</p>`;
  return renderPage({ title: 'Start again', body, status: 404 });
}

export function renderNoPlace(): Promise<Response> {
  const body = html`<p>Your account has no place here. Ask an administrator of the business to invite you.</p>`;
  return renderPage({ title: 'No place to go', body, status: 403 });
}
