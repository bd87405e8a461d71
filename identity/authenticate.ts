import { DomainError } from '../domain/errors.ts';
import { parseApiKey } from './api-key.ts';
import type { AuthenticateKey } from './authenticate-api-key.ts';
import type { Authenticate } from './principal.ts';

const refusal = () =>
  new DomainError('unauthorized', 'A valid API key or access token is needed: Authorization: Bearer <key or token>.');

/** One way in for every kind of caller, told apart by what they present. */
export function createAuthenticator(parts: { apiKeys: AuthenticateKey }): Authenticate {
  return ({ header }) => {
    const authorization = header('authorization');
    if (!authorization?.startsWith('Bearer ')) throw refusal();
    const key = parseApiKey(authorization.slice(7));
    if (key === null) throw refusal();
    return parts.apiKeys(key, refusal);
  };
}
