import { html } from 'hono/html';
import type { TenantId } from '../../domain/ids.ts';
import type { Place } from '../accounts/user-rows.ts';
import type { Interaction } from '../interactions.ts';
import { platformScope } from '../principal.ts';
import { type Page, renderField, renderForm, renderPage } from './page.ts';
import type { PageContext } from './parts.ts';
import type { PageTexts } from './texts/en.ts';

type Said = Pick<Page, 'status' | 'error' | 'headers'>;

export function pathOf({ uid }: Interaction): string {
  return `/identity/sign-in/${encodeURIComponent(uid)}`;
}

export function askPassword(
  { guard, texts }: PageContext,
  interaction: Interaction,
  email: string,
  said: Said = {},
): Promise<Response> {
  const invalid = said.error !== undefined;
  const fields = html`${renderField({
    ...{ name: 'email', label: texts.signIn.email, type: 'email', value: email, autocomplete: 'username' },
    ...{ focus: email === '', invalid },
  })}
  ${renderField({
    ...{ name: 'password', label: texts.signIn.password, type: 'password', autocomplete: 'current-password' },
    ...{ focus: email !== '', invalid },
  })}`;
  const form = {
    action: pathOf(interaction),
    token: guard.tokenFor(interaction.uid),
    button: texts.signIn.button,
    fields,
  };
  const body = html`<p class="soft">${texts.signIn.to(interaction.client.name)}</p>
    ${renderForm(form)}
    <p><a href="/identity/password">${texts.signIn.forgotten}</a></p>`;
  return renderPage(texts, { title: texts.signIn.title, ...said, body });
}

export function askCode({ guard, texts }: PageContext, interaction: Interaction, said: Said = {}): Promise<Response> {
  const fields = renderField({
    ...{ name: 'code', label: texts.code.label, autocomplete: 'one-time-code', focus: true },
    invalid: said.error !== undefined,
    hint: texts.code.hint,
  });
  const token = guard.tokenFor(interaction.uid);
  const body = renderForm({ action: `${pathOf(interaction)}/code`, token, button: texts.goOn, fields });
  return renderPage(texts, { title: texts.code.title, ...said, body });
}

export interface Choice {
  tenantId: TenantId;
  label: string;
}

export function listChoices(
  { place: words }: PageTexts,
  { places, platform }: { places: readonly Place[]; platform: boolean },
): Choice[] {
  const choices = places.map(({ tenantId, tenantName, tenantMode }) => ({
    tenantId,
    label: `${tenantName} (${tenantMode === 'live' ? words.live : words.test})`,
  }));
  return platform ? [{ tenantId: platformScope, label: words.platform }, ...choices] : choices;
}

export function askPlace(
  { guard, texts }: PageContext,
  interaction: Interaction,
  choices: readonly Choice[],
): Promise<Response> {
  const radios = choices.map(
    ({ tenantId, label }, index) => html`<label>
      <input type="radio" name="tenant_id" value="${tenantId}" required ${index === 0 ? 'checked' : ''}>${label}</label>`,
  );
  const fields = html`<fieldset><legend>${texts.place.question}</legend>${radios}</fieldset>`;
  const token = guard.tokenFor(interaction.uid);
  const body = renderForm({ action: `${pathOf(interaction)}/place`, token, button: texts.goOn, fields });
  return renderPage(texts, { title: texts.place.title, body });
}

export function renderOver({ texts }: Pick<PageContext, 'texts'>, status = 404): Promise<Response> {
  return renderPage(texts, { title: texts.over.title, body: html`<p>${texts.over.text}</p>`, status });
}

export function renderNoPlace({ texts }: PageContext): Promise<Response> {
  return renderPage(texts, { title: texts.place.noneTitle, body: html`<p>${texts.place.none}</p>`, status: 403 });
}
