import { z } from 'zod';
import { bodyOf, emptyBody, formatError, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const tag = 'Users';

const role = textUpTo(60).meta({ description: 'owner, admin, finance, support, viewer, or the id of a custom role.' });

const user = z
  .object({
    user_id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    role: z.string(),
    created_at: instantOut,
    updated_at: instantOut,
  })
  .meta({ id: 'User', description: 'A user’s place in this tenant.' });
export type UserBody = z.input<typeof user>;

const invitation = z
  .object({
    invitation_id: z.string(),
    email: z.string(),
    role: z.string(),
    status: z.enum(['open', 'accepted', 'revoked', 'expired']),
    invited_by: z.string(),
    created_at: instantOut,
    expires_at: instantOut,
    accepted_at: instantOut.nullable(),
  })
  .meta({ id: 'Invitation', description: 'A place offered to an address.' });
export type InvitationBody = z.input<typeof invitation>;

const shownOnce = z
  .string()
  .nullable()
  .meta({ description: 'To be passed on; shown this once and never by a replay.' });

export const invitedEmail = z.email({ error: formatError('is not an e-mail address') }).max(254);
export const invitationWithUrl = invitation.extend({ url: shownOnce }).meta({ id: 'InvitationWithUrl' });

const userAnswer = { 200: { description: 'The user.', schema: user } };

export const listUsersRoute = defineRoute({
  method: 'get',
  path: '/users',
  permission: 'users:read',
  tag,
  summary: 'List users',
  query: listQuery({}),
  answers: { 200: { description: 'A page of users, newest first.', schema: pageOf(user) } },
});

export const readUserRoute = defineRoute({
  method: 'get',
  path: '/users/{user_id}',
  permission: 'users:read',
  tag,
  summary: 'Read a user',
  answers: userAnswer,
});

export const changeUserRoute = defineRoute({
  method: 'put',
  path: '/users/{user_id}',
  permission: 'users:write',
  tag,
  summary: 'Change a user’s role',
  body: bodyOf({ role }),
  answers: userAnswer,
  refusals: ['last_owner'],
});

export const removeUserRoute = defineRoute({
  method: 'delete',
  path: '/users/{user_id}',
  permission: 'users:write',
  tag,
  summary: 'Remove a user',
  body: emptyBody,
  answers: { 200: { description: 'The user as it was.', schema: user } },
  refusals: ['last_owner'],
});

export const resetUserPasswordRoute = defineRoute({
  method: 'post',
  path: '/users/{user_id}/password-reset',
  permission: 'users:write',
  rateClass: 'secret',
  tag,
  summary: 'Make a link by which a user sets a new password; also sent as `notifications.requested`',
  body: emptyBody,
  answers: {
    201: {
      description: 'The link; it counts once, for an hour.',
      schema: z.object({ url: shownOnce, expires_at: instantOut }).meta({ id: 'PasswordReset' }),
    },
  },
});

export const inviteUserRoute = defineRoute({
  method: 'post',
  path: '/invitations',
  permission: 'users:write',
  rateClass: 'secret',
  tag,
  summary: 'Invite somebody; also sent as `notifications.requested`',
  body: bodyOf({ email: invitedEmail, role }),
  answers: {
    201: {
      description: 'The invitation; its link counts once, for 7 days.',
      schema: invitationWithUrl,
    },
  },
  refusals: ['already_exists', 'quota_reached', 'card_number_refused'],
});

export const listInvitationsRoute = defineRoute({
  method: 'get',
  path: '/invitations',
  permission: 'users:read',
  tag,
  summary: 'List invitations',
  query: listQuery({}),
  answers: { 200: { description: 'A page of invitations, newest first.', schema: pageOf(invitation) } },
});

export const revokeInvitationRoute = defineRoute({
  method: 'delete',
  path: '/invitations/{invitation_id}',
  permission: 'users:write',
  tag,
  summary: 'Withdraw an invitation',
  body: emptyBody,
  answers: { 200: { description: 'The invitation.', schema: invitation } },
  refusals: ['invalid_state'],
});
