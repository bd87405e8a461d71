import type { Context } from 'hono';
import { html } from 'hono/html';
import { isPermission } from '../../domain/access/permissions.ts';
import type { Interaction } from '../interactions.ts';
import { leaveTo } from './leave-to.ts';
import { renderPage } from './page.ts';
import type { PageContext } from './parts.ts';

/** An application of a business asks for what it may do in a user's name. */
export function renderConsent({ guard }: PageContext, interaction: Interaction): Promise<Response> {
  const { client, scopes, uid } = interaction;
  const body = html`<p><strong>${client.name}</strong> asks to act in your name. It may then:</p>
    <ul>${scopes.map((scope) => html`<li>${describeScope(scope)}</li>`)}</ul>
    <form method="post" action="/identity/sign-in/${encodeURIComponent(uid)}/consent">
      <input type="hidden" name="form_token" value="${guard.tokenFor(uid)}">
      <button type="submit" name="decision" value="allow">Allow</button>
      <button type="submit" name="decision" value="deny" class="second">Do not allow</button>
    </form>`;
  return renderPage({ title: `Allow ${client.name}?`, body });
}

export async function answerConsent(parts: PageContext, c: Context, interaction: Interaction): Promise<Response> {
  const form = await parts.guard.readForm(c, interaction.uid);
  if (interaction.prompt !== 'consent') return renderConsent(parts, interaction);
  const isAllowed = form.get('decision') === 'allow';
  return leaveTo(interaction, await (isAllowed ? parts.interactions.allow(c) : parts.interactions.deny(c)));
}

/** In words where it is one of ours, else as it stands. */
function describeScope(scope: string): string {
  if (scope === 'openid') return 'know who you are';
  if (scope === 'profile') return 'see your name';
  if (scope === 'email') return 'see your e-mail address';
  if (scope === 'offline_access') return 'go on while you are away';
  if (!isPermission(scope)) return scope;
  const [resource = '', action = ''] = scope.split(':');
  const things = resource.replaceAll('_', ' ');
  if (action === 'read') return `read ${things}`;
  return action === 'write' ? `read and change ${things}` : `${action} ${things}`;
}
