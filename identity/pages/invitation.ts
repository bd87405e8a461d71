import type { Context, Hono } from 'hono';
import { acceptAsKnownUser, acceptAsNewUser, findInvitation } from '../accounts/accept-invitation.ts';
import { checkSecondFactor } from '../accounts/check-second-factor.ts';
import { refusePassword } from '../accounts/password-policy.ts';
import { checkPassword, forgetTries } from '../accounts/sign-in.ts';
import { findUserByEmail } from '../accounts/user-rows.ts';
import { refuseName } from './guard-form.ts';
import {
  aboutInvitation,
  askKnown,
  askNew,
  type Invited,
  renderInvitationOver,
  renderJoined,
} from './invitation-forms.ts';
import { askedFrom, type PageContext, waiting } from './parts.ts';

type Form = ReadonlyMap<string, string>;

/** Who is new chooses a name and a password; who is known proves to be that person. */
export function serveInvitation(app: Hono, parts: PageContext): void {
  const path = '/identity/invitation/:token';

  async function find(token: string): Promise<{ invited: Invited; isKnown: boolean } | null> {
    const invitation = await findInvitation(parts.accounts, token);
    if (invitation === null) return null;
    const known = await findUserByEmail(parts.accounts.sql, invitation.email);
    return { invited: { ...invitation, token }, isKnown: known !== null };
  }

  app.get(path, async (c) => {
    const found = await find(c.req.param('token'));
    if (found === null) return renderInvitationOver();
    return found.isKnown ? askKnown(parts, found.invited) : askNew(parts, found.invited);
  });

  app.post(path, async (c) => {
    const token = c.req.param('token');
    const form = await parts.guard.readForm(c, aboutInvitation(token));
    const found = await find(token);
    if (found === null) return renderInvitationOver();
    const accept = found.isKnown ? acceptKnown : acceptNew;
    return accept(parts, c, found.invited, form);
  });
}

async function acceptNew(parts: PageContext, c: Context, invited: Invited, form: Form): Promise<Response> {
  const [name, password] = [(form.get('name') ?? '').trim(), form.get('password') ?? ''];
  const wrongName = refuseName(name);
  if (wrongName !== null) {
    return askNew(parts, invited, { status: 400, error: `The name ${wrongName}.`, name, field: 'name' });
  }
  const wrongPassword = refusePassword(password, { email: invited.email, name });
  if (wrongPassword !== null) {
    return askNew(parts, invited, { status: 400, error: `The password ${wrongPassword}.`, name, field: 'password' });
  }
  const accepted = await acceptAsNewUser(parts.accounts, invited.token, { name, password }, askedFrom(parts, c));
  return accepted === null ? renderInvitationOver() : renderJoined(invited);
}

async function acceptKnown(parts: PageContext, c: Context, invited: Invited, form: Form): Promise<Response> {
  const { accounts } = parts;
  const from = askedFrom(parts, c);
  const given = { email: invited.email, password: form.get('password') ?? '' };
  const outcome = await checkPassword(accounts, given, from);
  if (outcome.kind === 'wait') return askKnown(parts, invited, waiting(outcome.waitMs));
  if (outcome.kind === 'refused') {
    return askKnown(parts, invited, { status: 401, error: 'The password is wrong.', field: 'password' });
  }
  if (outcome.needsCode) {
    const code = await checkSecondFactor(accounts, outcome.user.id, form.get('code') ?? '', from);
    if (code.kind === 'wait') return askKnown(parts, invited, waiting(code.waitMs));
    if (code.kind === 'refused') {
      const error = 'The code is missing, wrong, or was used already.';
      return askKnown(parts, invited, { status: 401, error, field: 'code' });
    }
  }
  await forgetTries(accounts, outcome.user, from);
  const accepted = await acceptAsKnownUser(accounts, invited.token, outcome.user.id, from);
  return accepted === null ? renderInvitationOver() : renderJoined(invited);
}
