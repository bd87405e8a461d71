import type { Answer } from '../../contracts/answer.ts';
import * as contract from '../../contracts/rest/me.ts';
import { parseId } from '../../db/new-id.ts';
import { permissions } from '../../domain/access/permissions.ts';
import { DomainError } from '../../domain/errors.ts';
import type { UserId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import type { AskedFrom } from '../../identity/accounts/accounts.ts';
import { drawUri } from '../../identity/accounts/draw-uri.ts';
import { confirmTotp, offerTotp, removeTotp, renewRecoveryCodes } from '../../identity/accounts/enrol-totp.ts';
import { changeOwnName, changeOwnPassword, readOwnAccount } from '../../identity/accounts/own-account.ts';
import { type Principal, platformScope } from '../../identity/principal.ts';
import { type Route, type RouteCall, route } from '../route.ts';

/**
 * What a person does to the own account, wherever signed in: with a session alone. It is more than what somebody let an application
 * do in one business, and what proves a password or a code is no oracle for one.
 */
export const ownAccountRoutes: readonly Route[] = [
  route(contract.readOwnAccountRoute, (call) => answerAccount(call)),

  route(contract.changeOwnAccountRoute, async (call) => {
    await changeOwnName(call.accounts, userOf(call.principal), call.body.name, askedFrom(call));
    return answerAccount(call);
  }),

  route(contract.changeOwnPasswordRoute, async (call) => {
    const input = { current: call.body.current_password, wanted: call.body.new_password };
    await changeOwnPassword(call.accounts, userOf(call.principal), input, askedFrom(call));
    return answerAccount(call);
  }),

  route(contract.offerTotpRoute, async (call) => {
    const { accounts, body } = call;
    const { secret, uri } = await offerTotp(accounts, userOf(call.principal), body.password, askedFrom(call));
    return { status: 201, body: { secret, otpauth_uri: uri, qr_svg: await drawUri(uri) } };
  }),

  route(contract.confirmTotpRoute, async (call) => {
    const { accounts, body } = call;
    const codes = await confirmTotp(accounts, userOf(call.principal), body.code, askedFrom(call));
    return { status: 200, body: { recovery_codes: codes } };
  }),

  route(contract.removeTotpRoute, async (call) => {
    const { password, code } = call.body;
    await removeTotp(call.accounts, userOf(call.principal), { password, code }, askedFrom(call));
    return answerAccount(call);
  }),

  route(contract.renewRecoveryCodesRoute, async (call) => {
    const { accounts, body } = call;
    const codes = await renewRecoveryCodes(accounts, userOf(call.principal), body.password, askedFrom(call));
    return { status: 200, body: { recovery_codes: codes } };
  }),
];

function askedFrom({ caller }: RouteCall<unknown, unknown>): AskedFrom {
  return { address: caller.ipAddress ?? 'unknown', requestId: caller.requestId };
}

function userOf({ kind, actor, session }: Principal): UserId {
  const isPerson = session !== undefined && (kind === 'user' || kind === 'operator');
  const id = isPerson ? parseId('user', actor) : null;
  if (id === null) throw new DomainError('forbidden', 'This is for people who are signed in; a key or token is not.');
  return id;
}

async function answerAccount({ accounts, principal }: RouteCall<unknown, unknown>): Promise<Answer> {
  const { user, places, recoveryCodesLeft } = await readOwnAccount(accounts, userOf(principal));
  const body: contract.OwnAccountBody = {
    user_id: user.id,
    email: user.email,
    name: user.name,
    tenant_id: principal.tenantId === platformScope ? null : principal.tenantId,
    role: principal.role,
    permissions: permissions.filter((permission) => principal.permissions.has(permission)),
    is_operator: user.isOperator,
    totp_enabled: user.totpEnabledAt !== null,
    recovery_codes_left: recoveryCodesLeft,
    password_changed_at: user.passwordChangedAt === null ? null : toIso(user.passwordChangedAt),
    places: places.map((place) => ({
      ...{ tenant_id: place.tenantId, name: place.tenantName, mode: place.tenantMode },
      ...{ status: place.tenantStatus, role: place.role },
    })),
  };
  return { status: 200, body };
}
