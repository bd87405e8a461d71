import { createHmac } from 'node:crypto';

/** The platform's own portals, as a client of its own OAuth2 server: the API signs people in for them and keeps the tokens. */
export const firstPartyClientId = 'redcore-portals';

export const signInCallbackPath = '/auth/callback';

/** Where the browser is sent once the identity service has forgotten it. */
export const signedOutPath = '/auth/signed-out';

/** Derived, so that the API and the identity service know it without being told. */
export function firstPartyClientSecret(keySecret: string): string {
  return createHmac('sha256', keySecret).update(`oauth client ${firstPartyClientId}`).digest('hex');
}
