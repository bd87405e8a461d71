import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { Jwks, OauthClientRow } from '../../db/queries/oauth-clients.ts';
import { invalid } from './grant.ts';

export type ClientTerms = Pick<OauthClientRow, 'authMethod' | 'grantTypes' | 'redirectUris' | 'jwks'>;

/** Throws `invalid_request`, naming the field. Only what the OAuth2 server can carry out gets past here. */
export function refuseUnfitTerms({ authMethod, grantTypes, redirectUris, jwks }: ClientTerms): void {
  const signsIn = grantTypes.includes('authorization_code');
  if (grantTypes.includes('refresh_token') && !signsIn) {
    throw invalid('grant_types', 'has refresh_token only beside authorization_code');
  }
  if (authMethod === 'none' && grantTypes.includes('client_credentials')) {
    throw invalid('grant_types', 'has client_credentials only for clients that authenticate');
  }
  if (signsIn && redirectUris.length === 0) throw invalid('redirect_uris', 'are needed for authorization_code');
  if (!signsIn && redirectUris.length > 0) throw invalid('redirect_uris', 'are for authorization_code alone');
  redirectUris.forEach((uri, at) => refuseUnfitUri(uri, `redirect_uris.${at}`));
  if (new Set(redirectUris).size < redirectUris.length) throw invalid('redirect_uris', 'name one address twice');
  if (authMethod === 'private_key_jwt' && jwks === null) throw invalid('jwks', 'is needed for private_key_jwt');
  if (authMethod !== 'private_key_jwt' && jwks !== null) throw invalid('jwks', 'is for private_key_jwt alone');
  if (jwks) refuseUnfitKeys(jwks);
}

const thisMachine = ['localhost', '127.0.0.1', '[::1]'];

/** OAuth 2.1: compared to the letter, so nothing that two parsers could read differently; `http` never leaves the machine. */
function refuseUnfitUri(text: string, field: string): void {
  const uri = URL.canParse(text) ? new URL(text) : null;
  if (uri === null || /[\s\\*]/.test(text) || !text.startsWith(`${uri.protocol}//`)) {
    throw invalid(field, 'is not an absolute address');
  }
  if (text.includes('#')) throw invalid(field, 'has a fragment');
  if (uri.username !== '' || uri.password !== '') throw invalid(field, 'has a user name or password');
  const isPrivate = uri.protocol === 'https:' || (uri.protocol === 'http:' && thisMachine.includes(uri.hostname));
  if (!isPrivate) throw invalid(field, 'is neither https nor http on this machine');
}

/** Members of private and symmetric keys (RFC 7518 §6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const rsaBitsMin = 2_048;
const curves = ['P-256', 'P-384', 'P-521', 'Ed25519'];
const algorithms = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;

function refuseUnfitKeys({ keys }: Jwks): void {
  const names = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined);
  if (new Set(names).size < names.length) throw invalid('jwks.keys', 'has two keys of one kid');
  if (keys.length > 1 && names.length < keys.length) throw invalid('jwks.keys', 'needs a kid for each of several keys');
  keys.forEach((key, at) => refuseUnfitKey(key, `jwks.keys.${at}`));
}

function refuseUnfitKey(key: Record<string, unknown>, field: string): void {
  if (privateMembers.some((member) => member in key)) {
    throw invalid(field, 'is a private or shared key, which must never be sent to anybody; give the public key alone');
  }
  if (Object.values(key).some((value) => typeof value !== 'string' && !Array.isArray(value))) {
    throw invalid(field, 'is not a public key in JWK form');
  }
  const { use = 'sig', alg = 'EdDSA' } = key;
  if (use !== 'sig') throw invalid(field, 'is not for signatures');
  if (typeof alg !== 'string' || !algorithms.test(alg)) throw invalid(field, 'is for no algorithm known here');
  const bits = rsaBitsOf(key, field);
  if (bits !== null && bits < rsaBitsMin) throw invalid(field, `has less than ${rsaBitsMin} bits`);
  if (bits === null && !curves.includes(String(key['crv']))) throw invalid(field, `is on none of ${curves.join(', ')}`);
}

/** Null for a key on a curve. */
function rsaBitsOf(key: Record<string, unknown>, field: string): number | null {
  try {
    const read = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return read.asymmetricKeyDetails?.modulusLength ?? null;
  } catch {
    throw invalid(field, 'is not a public key in JWK form');
  }
}
