import type { Context } from 'hono';
import { html } from 'hono/html';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { isPermission } from '../../domain/access/permissions.ts';
import { auditedFrom } from '../accounts/audit-account.ts';
import type { Interaction } from '../interactions.ts';
import { leaveTo } from './leave-to.ts';
import { renderPage } from './page.ts';
import { askedFrom, type PageContext } from './parts.ts';
import type { PageTexts } from './texts/en.ts';

/** An application of a business asks for what it may do in a user's name. */
export function renderConsent({ guard, texts }: PageContext, interaction: Interaction): Promise<Response> {
  const { client, scopes, uid } = interaction;
  const body = html`<p><strong>${client.name}</strong> ${texts.consent.asks}</p>
    <ul>${scopes.map((scope) => html`<li>${describeScope(texts, scope)}</li>`)}</ul>
    <form method="post" action="/identity/sign-in/${encodeURIComponent(uid)}/consent">
      <input type="hidden" name="form_token" value="${guard.tokenFor(uid)}">
      <button type="submit" name="decision" value="allow">${texts.consent.allow}</button>
      <button type="submit" name="decision" value="deny" class="second">${texts.consent.deny}</button>
    </form>`;
  return renderPage(texts, { title: texts.consent.title(client.name), body });
}

export async function answerConsent(parts: PageContext, c: Context, interaction: Interaction): Promise<Response> {
  const form = await parts.guard.readForm(c, interaction.uid);
  if (interaction.prompt !== 'consent') return renderConsent(parts, interaction);
  const isAllowed = form.get('decision') === 'allow';
  // Before it counts: a crash between leaves an entry nobody made use of.
  await auditConsent(parts, c, interaction, isAllowed ? 'oauth_grant.given' : 'oauth_grant.refused');
  return leaveTo(
    parts.texts,
    interaction,
    await (isAllowed ? parts.interactions.allow(c) : parts.interactions.deny(c)),
  );
}

async function auditConsent(parts: PageContext, c: Context, interaction: Interaction, action: string): Promise<void> {
  const { subject, client, scopes } = interaction;
  if (subject === null) return;
  const who = { tenantId: subject.tenantId, actor: subject.userId, resourceId: client.id };
  await writeAudit(parts.accounts.sql, { ...who, action, ...auditedFrom(askedFrom(parts, c)), details: { scopes } });
}

/** In words where it is one of ours, else as it stands. */
function describeScope({ consent }: PageTexts, scope: string): string {
  if (isPermission(scope)) return consent.permission(scope);
  return Object.hasOwn(consent.scopes, scope) ? consent.scopes[scope as keyof typeof consent.scopes] : scope;
}
