import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.ts';
import { bodyOf, instantOut, textUpTo } from './fields.ts';
import { defineRoute } from './route.ts';

const tag = 'Own account';
const permission = null;

const place = z.object({
  tenant_id: z.string(),
  name: z.string(),
  mode: z.enum(['sandbox', 'live']),
  status: z.enum(['active', 'suspended', 'deleting']),
  role: z.string(),
});

const ownAccount = z
  .object({
    user_id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    tenant_id: z.string().nullable().meta({ description: 'Where this sign-in is; null for the platform itself.' }),
    role: z.string(),
    permissions: z.array(z.enum(permissions)),
    is_operator: z.boolean(),
    totp_enabled: z.boolean(),
    recovery_codes_left: z.int(),
    password_changed_at: instantOut.nullable(),
    places: z.array(place),
  })
  .meta({
    id: 'OwnAccount',
    description:
      'The user who is signed in, with a session: keys, clients, access tokens of a user and customers are refused (`forbidden`); `GET /session` tells them who they are.',
  });

export type OwnAccountBody = z.input<typeof ownAccount>;

const accountAnswer = { 200: { description: 'The account.', schema: ownAccount } };
/** Longer than any that is taken: what is too long is refused by the policy. */
const password = textUpTo(500);
const code = textUpTo(40);

const recoveryCodes = z
  .object({ recovery_codes: z.array(z.string()) })
  .meta({ id: 'RecoveryCodes', description: 'Each counts once, in place of a code; shown this once.' });

export const readOwnAccountRoute = defineRoute({
  method: 'get',
  path: '/me',
  permission,
  tag,
  summary: 'Read your own account',
  answers: accountAnswer,
});

export const changeOwnAccountRoute = defineRoute({
  method: 'put',
  path: '/me',
  permission,
  tag,
  summary: 'Change your name',
  body: bodyOf({ name: textUpTo(200) }),
  answers: accountAnswer,
  refusals: ['card_number_refused'],
});

export const changeOwnPasswordRoute = defineRoute({
  method: 'post',
  path: '/me/password',
  permission,
  tag,
  summary: 'Change your password; ends other sign-ins',
  carriesSecrets: true,
  body: bodyOf({ current_password: password, new_password: password }),
  answers: accountAnswer,
  refusals: ['rate_limited'],
});

export const offerTotpRoute = defineRoute({
  method: 'post',
  path: '/me/totp',
  permission,
  tag,
  summary: 'Begin to set up a second factor',
  carriesSecrets: true,
  body: bodyOf({ password }),
  answers: {
    201: {
      description: 'The secret, for an authenticator; it counts once a code of it is shown.',
      schema: z
        .object({
          secret: z.string().meta({ description: 'Base32.' }),
          otpauth_uri: z.string(),
          qr_svg: z.string().meta({ description: 'The URI as a picture.' }),
        })
        .meta({ id: 'TotpOffer' }),
    },
  },
  refusals: ['invalid_state', 'rate_limited'],
});

export const confirmTotpRoute = defineRoute({
  method: 'post',
  path: '/me/totp/confirm',
  permission,
  tag,
  summary: 'Finish setting up, by a first code',
  carriesSecrets: true,
  body: bodyOf({ code }),
  answers: { 200: { description: 'The recovery codes.', schema: recoveryCodes } },
  refusals: ['invalid_state'],
});

export const removeTotpRoute = defineRoute({
  method: 'delete',
  path: '/me/totp',
  permission,
  tag,
  summary: 'Remove the second factor',
  carriesSecrets: true,
  body: bodyOf({ password: password.optional(), code: code.optional() }).refine(
    ({ password: given, code: shown }) => (given === undefined) !== (shown === undefined),
    'needs password or code',
  ),
  answers: accountAnswer,
  refusals: ['rate_limited'],
});

export const renewRecoveryCodesRoute = defineRoute({
  method: 'post',
  path: '/me/recovery-codes',
  permission,
  tag,
  summary: 'Make new recovery codes',
  carriesSecrets: true,
  body: bodyOf({ password }),
  answers: { 200: { description: 'The recovery codes.', schema: recoveryCodes } },
  refusals: ['invalid_state', 'rate_limited'],
});
