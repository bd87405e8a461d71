import type { Permission } from '../../../domain/access/permissions.ts';
import type { BuiltInRole } from '../../../domain/access/roles.ts';
import { describePasswordFault, type PasswordFault, passwordLengthMin } from '../../accounts/password-policy.ts';

type Words<Key extends string> = Readonly<Record<Key, string>>;

const roles: Words<BuiltInRole> = {
  owner: 'owner',
  admin: 'admin',
  finance: 'finance',
  support: 'support',
  viewer: 'viewer',
  integrator: 'integrator',
  customer: 'customer',
  operator: 'operator',
};

const passwordFaults = (['too_short', 'too_long', 'repetitive', 'guessable'] as const).map(
  (fault) => [fault, `The password ${describePasswordFault(fault)}.`] as const,
);

/** In words that go on a sentence: "It may then: read plans". */
function describePermission(permission: Permission): string {
  const [resource = '', action = ''] = permission.split(':');
  const things = resource.replaceAll('_', ' ');
  if (action === 'read') return `read ${things}`;
  return action === 'write' ? `read and change ${things}` : `${action} ${things}`;
}

/** Everything the pages of signing in say, in English: the catalogue that gives the other its shape. */
export const en = {
  lang: 'en',
  error: 'Error',
  goOn: 'Go on',
  signIn: {
    title: 'Sign in',
    to: (application: string) => `to continue to ${application}`,
    email: 'E-mail address',
    password: 'Password',
    button: 'Sign in',
    forgotten: 'Forgotten your password?',
    refused: 'E-mail address or password is wrong.',
    signedIn: 'Signed in',
    leaving: (application: string) => `You are on your way back to ${application}.`,
  },
  code: {
    title: 'Enter your code',
    label: 'Code',
    hint: 'The six digits your authenticator shows, or one of your recovery codes.',
    refused: 'This code is wrong, or was used already.',
    hintWhereSetUp: 'Only where you have set up an authenticator: its six digits, or a recovery code.',
    refusedOrMissing: 'The code is missing, wrong, or was used already.',
  },
  place: {
    title: 'Choose',
    question: 'Where do you want to go?',
    platform: 'The platform (operators)',
    live: 'live',
    test: 'test',
    noneTitle: 'No place to go',
    none: 'Your account has no place here. Ask an administrator of the business to invite you.',
  },
  over: {
    title: 'Start again',
    text: 'This sign-in is over, or was begun in another browser. Go back to where you came from and start again.',
  },
  consent: {
    title: (application: string) => `Allow ${application}?`,
    asks: 'asks to act in your name. It may then:',
    allow: 'Allow',
    deny: 'Do not allow',
    scopes: {
      openid: 'know who you are',
      profile: 'see your name',
      email: 'see your e-mail address',
      offline_access: 'go on while you are away',
    },
    permission: describePermission,
  },
  invitation: {
    title: (tenant: string) => `Join ${tenant}`,
    whom: (email: string, role: string) => `for ${email}, as ${role}`,
    name: 'Your name',
    choosePassword: 'Choose a password',
    known: 'There is an account for this address already. Sign in to accept.',
    accept: 'Accept',
    wrongPassword: 'The password is wrong.',
    overTitle: 'This invitation is over',
    over: 'This invitation has been used, has expired or was withdrawn. Ask for another.',
    welcome: (tenant: string) => `Welcome to ${tenant}`,
    joined: (tenant: string) => `You are in. You can sign in to ${tenant} now.`,
    roles,
    nameFaults: {
      length: 'The name must have 1 to 200 characters.',
      unprintable: 'The name has characters that cannot be shown.',
      api_key: 'The name contains an API key.',
      card_number: 'The name looks like a card number.',
    },
  },
  password: {
    hint: `At least ${passwordLengthMin} characters; several words that nobody would guess are best.`,
    forgottenTitle: 'Forgotten password',
    forgotten: 'You will be sent a link to set a new password.',
    ask: 'Ask for a link',
    askedTitle: 'Look for a message',
    asked: 'If there is an account for this address, a link is on its way. It is good for an hour.',
    nothingComes: 'Nothing comes? Ask an administrator of the business, who can make a link for you.',
    title: 'Set a new password',
    whom: (email: string) => `for ${email}`,
    label: 'New password',
    button: 'Set password',
    overTitle: 'This link is over',
    over: 'This link has been used or has expired.',
    askAgain: 'Ask for another',
    setTitle: 'Password set',
    set: 'Your password is set. Wherever you were signed in, you are signed out.',
    faults: Object.fromEntries(passwordFaults) as Words<PasswordFault>,
  },
  tooManyTries: (minutes: number) =>
    `Too many tries. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
  signOut: {
    question: 'Sign out?',
    button: 'Sign out',
    stay: 'Stay signed in',
    title: 'You are signed out',
    close: 'You can close this page.',
    nobody: 'Nobody is signed in in this browser any more.',
    customer: 'You can close this page. To come back, ask the business for a new link.',
  },
  /** Why somebody was not signed in. */
  refusals: {
    over: 'This sign-in is over; begin again.',
    elsewhere: 'This browser did not begin this sign-in. Cookies are needed, and HTTPS, or an address of this machine.',
    no_place: 'There is no place for you in this business any more.',
    not_confirmed: 'The identity service did not confirm this sign-in.',
    link_over: 'This link has been used, or is older than five minutes. Ask the business for a new one.',
  },
  linkOver: 'This link is over',
  payment: {
    title: 'Thank you',
    text: 'Your bank has answered. You can close this page; the business will tell you what became of the payment.',
  },
  failure: {
    title: 'This did not work',
    signIn: 'This did not sign you in',
    away: 'Signing in is not possible just now',
    notFoundTitle: 'Not found',
    notFound: 'There is nothing at this address.',
    briefTitle: 'Try again',
    brief: 'This is briefly unavailable. Try again in a moment.',
    unknown: 'Something went wrong here. Try again, or tell whoever runs this.',
    application: 'What the application asked for could not be served. Go back to it, or tell whoever runs it:',
    cross_site_request: 'This form was not sent from a page of this site. Open the page again.',
    body_too_large: 'This is more than can be taken here.',
    rate_limited: 'There were too many tries from here. Try again in a minute.',
    card_number_refused: 'The address contains what looks like a card number; no such number may be kept here.',
    invalid_request: 'This cannot be read.',
  },
};

export type PageTexts = typeof en;
