import type { Context, Hono } from 'hono';
import { parseId } from '../../db/new-id.ts';
import type { TenantId } from '../../domain/ids.ts';
import { checkSecondFactor } from '../accounts/check-second-factor.ts';
import { checkPassword, completeSignIn, listOpenPlaces } from '../accounts/sign-in.ts';
import { findUser } from '../accounts/user-rows.ts';
import type { Interaction } from '../interactions.ts';
import { platformScope } from '../principal.ts';
import { answerConsent, renderConsent } from './consent.ts';
import { leaveTo } from './leave-to.ts';
import { askedFrom, contextOf, type PageContext, type PageParts, seeOther, waiting } from './parts.ts';
import { askCode, askPassword, askPlace, listChoices, pathOf, renderNoPlace, renderOver } from './sign-in-forms.ts';
import { createProgressStore, type Progress, type ProgressStore } from './sign-in-progress.ts';

/** The step at hand: what was sent, and the authorization that waits for it. */
interface Step {
  parts: PageContext;
  progress: ProgressStore;
  c: Context;
  interaction: Interaction;
}

/**
 * Password, then a code where the user has a second factor, then the choice of a place. Each step leads back to the page, which
 * shows what is missing; where nothing is, the application goes on.
 */
export function serveSignIn(app: Hono, common: PageParts): void {
  const progress = createProgressStore(common.store);
  const step = (work: (step: Step) => Promise<Response>) => async (c: Context) => {
    const interaction = await common.interactions.find(c);
    const parts = contextOf(common, c, interaction?.uiLocales);
    if (interaction === null || interaction.uid !== c.req.param('uid')) return renderOver(parts);
    return work({ parts, progress, c, interaction });
  };
  app.get('/identity/sign-in/:uid', step(show));
  app.post('/identity/sign-in/:uid', step(takePassword));
  app.post('/identity/sign-in/:uid/code', step(takeCode));
  app.post('/identity/sign-in/:uid/place', step(takePlace));
  app.post(
    '/identity/sign-in/:uid/consent',
    step(({ parts, c, interaction }) => answerConsent(parts, c, interaction)),
  );
}

async function show(step: Step): Promise<Response> {
  const { parts, progress, interaction } = step;
  if (interaction.prompt === 'consent') return renderConsent(parts, interaction);
  const done = await progress.find(interaction.uid);
  if (done === null) return askPassword(parts, interaction, interaction.loginHint ?? '');
  return done.needsCode ? askCode(parts, interaction) : choosePlace(step, done);
}

async function takePassword({ parts, progress, c, interaction }: Step): Promise<Response> {
  const form = await parts.guard.readForm(c, interaction.uid);
  const [email, password] = [form.get('email') ?? '', form.get('password') ?? ''];
  const outcome = await checkPassword(parts.accounts, { email, password }, askedFrom(parts, c));
  if (outcome.kind === 'refused')
    return askPassword(parts, interaction, email, { status: 401, error: parts.texts.signIn.refused });
  if (outcome.kind === 'wait') return askPassword(parts, interaction, email, waiting(parts.texts, outcome.waitMs));
  const { user, needsCode } = outcome;
  await progress.save(interaction.uid, {
    userId: user.id,
    methods: ['pwd'],
    needsCode,
    passwordChangedAt: user.passwordChangedAt,
  });
  return seeOther(pathOf(interaction));
}

async function takeCode({ parts, progress, c, interaction }: Step): Promise<Response> {
  const form = await parts.guard.readForm(c, interaction.uid);
  const done = await progress.find(interaction.uid);
  if (done === null || !done.needsCode) return seeOther(pathOf(interaction));
  const outcome = await checkSecondFactor(parts.accounts, done.userId, form.get('code') ?? '', askedFrom(parts, c));
  if (outcome.kind === 'wait') return askCode(parts, interaction, waiting(parts.texts, outcome.waitMs));
  if (outcome.kind === 'refused') {
    return askCode(parts, interaction, { status: 401, error: parts.texts.code.refused });
  }
  await progress.save(interaction.uid, { ...done, methods: ['pwd', 'otp'], needsCode: false });
  return seeOther(pathOf(interaction));
}

/** Nobody is asked where there is but one place. */
async function choosePlace(step: Step, done: Progress): Promise<Response> {
  const { parts, progress, interaction } = step;
  const user = await findUser(parts.accounts.sql, done.userId);
  if (user === null) return renderOver(parts);
  const choices = listChoices(
    parts.texts,
    await listOpenPlaces(parts.accounts, user, await tenantOf(parts, interaction)),
  );
  const [only] = choices;
  if (only === undefined) {
    await progress.forget(interaction.uid);
    return renderNoPlace(parts);
  }
  return choices.length === 1 ? finish(step, done, only.tenantId) : askPlace(parts, interaction, choices);
}

async function takePlace(step: Step): Promise<Response> {
  const { parts, progress, c, interaction } = step;
  const form = await parts.guard.readForm(c, interaction.uid);
  const done = await progress.find(interaction.uid);
  const chosen = form.get('tenant_id') ?? '';
  const tenantId = chosen === platformScope ? platformScope : parseId('tenant', chosen);
  if (done === null || done.needsCode || tenantId === null) return seeOther(pathOf(interaction));
  return finish(step, done, tenantId);
}

async function finish(step: Step, done: Progress, tenantId: TenantId): Promise<Response> {
  const { parts, progress, c, interaction } = step;
  const { userId, methods } = done;
  const login = { ...done, tenantId, onlyTenant: await tenantOf(parts, interaction) };
  const user = await completeSignIn(parts.accounts, login, askedFrom(parts, c));
  if (user === null) return renderOver(parts);
  await progress.forget(interaction.uid);
  return leaveTo(parts.texts, interaction, await parts.interactions.signIn(c, { userId, tenantId }, methods));
}

/** An application of a business is for its own tenant alone; null: for all. */
async function tenantOf({ accounts }: PageContext, { client }: Interaction): Promise<TenantId | null> {
  if (client.isFirstParty) return null;
  const [row] = await accounts.sql<{ tenantId: TenantId }[]>`
    select tenant_id from oauth_clients where id = ${client.id} and revoked_at is null`;
  // Nobody's tenant: an application that is gone lets nobody in.
  return row?.tenantId ?? ('' as TenantId);
}
