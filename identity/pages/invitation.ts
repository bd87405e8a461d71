import type { Context, Hono } from 'hono';
import { acceptAsKnownUser, acceptAsNewUser, findInvitation } from '../accounts/accept-invitation.ts';
import { checkSecondFactor } from '../accounts/check-second-factor.ts';
import { findPasswordFault } from '../accounts/password-policy.ts';
import { checkPassword, forgetTries } from '../accounts/sign-in.ts';
import { findUserByEmail } from '../accounts/user-rows.ts';
import { findNameFault } from './guard-form.ts';
import {
  aboutInvitation,
  askKnown,
  askNew,
  type Invited,
  renderInvitationOver,
  renderJoined,
} from './invitation-forms.ts';
import { askedFrom, contextOf, type PageContext, type PageParts, waiting } from './parts.ts';

type Form = ReadonlyMap<string, string>;

/** Who is new chooses a name and a password; who is known proves to be that person. */
export function serveInvitation(app: Hono, common: PageParts): void {
  const path = '/identity/invitation/:token';

  async function find(token: string): Promise<{ invited: Invited; isKnown: boolean } | null> {
    const invitation = await findInvitation(common.accounts, token);
    if (invitation === null) return null;
    const known = await findUserByEmail(common.accounts.sql, invitation.email);
    return { invited: { ...invitation, token }, isKnown: known !== null };
  }

  app.get(path, async (c) => {
    const parts = contextOf(common, c);
    const found = await find(c.req.param('token'));
    if (found === null) return renderInvitationOver(parts);
    return found.isKnown ? askKnown(parts, found.invited) : askNew(parts, found.invited);
  });

  app.post(path, async (c) => {
    const parts = contextOf(common, c);
    const token = c.req.param('token');
    const form = await parts.guard.readForm(c, aboutInvitation(token));
    const found = await find(token);
    if (found === null) return renderInvitationOver(parts);
    const accept = found.isKnown ? acceptKnown : acceptNew;
    return accept(parts, c, found.invited, form);
  });
}

async function acceptNew(parts: PageContext, c: Context, invited: Invited, form: Form): Promise<Response> {
  const [name, password] = [(form.get('name') ?? '').trim(), form.get('password') ?? ''];
  const { nameFaults } = parts.texts.invitation;
  const nameFault = findNameFault(name);
  if (nameFault !== null) {
    return askNew(parts, invited, { status: 400, error: nameFaults[nameFault], name, field: 'name' });
  }
  const fault = findPasswordFault(password, { email: invited.email, name });
  if (fault !== null) {
    const error = parts.texts.password.faults[fault];
    return askNew(parts, invited, { status: 400, error, name, field: 'password' });
  }
  const accepted = await acceptAsNewUser(parts.accounts, invited.token, { name, password }, askedFrom(parts, c));
  return accepted === null ? renderInvitationOver(parts) : renderJoined(parts, invited);
}

async function acceptKnown(parts: PageContext, c: Context, invited: Invited, form: Form): Promise<Response> {
  const { accounts, texts } = parts;
  const from = askedFrom(parts, c);
  const given = { email: invited.email, password: form.get('password') ?? '' };
  const outcome = await checkPassword(accounts, given, from);
  if (outcome.kind === 'wait') return askKnown(parts, invited, waiting(texts, outcome.waitMs));
  if (outcome.kind === 'refused') {
    return askKnown(parts, invited, { status: 401, error: texts.invitation.wrongPassword, field: 'password' });
  }
  if (outcome.needsCode) {
    const code = await checkSecondFactor(accounts, outcome.user.id, form.get('code') ?? '', from);
    if (code.kind === 'wait') return askKnown(parts, invited, waiting(texts, code.waitMs));
    if (code.kind === 'refused') {
      return askKnown(parts, invited, { status: 401, error: texts.code.refusedOrMissing, field: 'code' });
    }
  }
  await forgetTries(accounts, outcome.user, from);
  const accepted = await acceptAsKnownUser(accounts, invited.token, outcome.user.id, from);
  return accepted === null ? renderInvitationOver(parts) : renderJoined(parts, invited);
}
