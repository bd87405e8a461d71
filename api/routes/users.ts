import { changeMemberRole, removeMember, renderMember } from '../../billing/members/change-member.ts';
import { inviteMember, renderInvitation, revokeInvitation } from '../../billing/members/invite-member.ts';
import { resetMemberPassword } from '../../billing/members/reset-member-password.ts';
import * as contract from '../../contracts/rest/users.ts';
import { findMember, listInvitations, listMembers } from '../../db/queries/members.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { makeInvitationLink } from '../../identity/accounts/accept-invitation.ts';
import { makeResetLinkFor } from '../../identity/accounts/reset-password.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const userRoutes: readonly Route[] = [
  route(contract.listUsersRoute, async (call) => {
    const page = pageRequestOf('user', call.query);
    const members = await readAsTenant(call.context.database, call.tenantId, (sql) => listMembers(sql, page));
    return renderPage(members, renderMember);
  }),

  route(contract.readUserRoute, async (call) => {
    const id = call.id('user');
    const member = await readAsTenant(call.context.database, call.tenantId, (sql) => findMember(sql, id));
    if (!member) throw new DomainError('not_found', 'unknown user');
    return { status: 200, body: renderMember(member) };
  }),

  route(contract.changeUserRoute, (call) => changeMemberRole(call.context, call, call.id('user'), call.body.role)),

  route(contract.removeUserRoute, (call) => removeMember(call.context, call, call.id('user'))),

  route(contract.resetUserPasswordRoute, (call) => {
    const id = call.id('user');
    const { accounts, principal } = call;
    return resetMemberPassword(call.context, call, id, () => makeResetLinkFor(accounts, id, principal));
  }),

  route(contract.inviteUserRoute, (call) => {
    const { email, role } = call.body;
    return inviteMember(call.context, call, { email, role }, makeInvitationLink(call.context.publicUrl));
  }),

  route(contract.listInvitationsRoute, async (call) => {
    const page = pageRequestOf('invitation', call.query);
    const found = await readAsTenant(call.context.database, call.tenantId, (sql) => listInvitations(sql, page));
    return renderPage(found, (row) => renderInvitation(row, Date.now()));
  }),

  route(contract.revokeInvitationRoute, (call) => revokeInvitation(call.context, call, call.id('invitation'))),
];
