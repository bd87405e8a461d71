import { DomainError } from '../domain/errors.ts';
import { parseApiKey } from './api-key.ts';
import type { AuthenticateKey } from './authenticate-api-key.ts';
import type { Authenticate } from './principal.ts';
import type { AuthenticateSession } from './sessions/authenticate-session.ts';

const refusal = () =>
  new DomainError('unauthorized', 'A valid API key or access token is needed: Authorization: Bearer <key or token>.');

/** One way in for every kind of caller, told apart by what they present. */
export function createAuthenticator(parts: {
  apiKeys: AuthenticateKey;
  sessions?: AuthenticateSession | undefined;
}): Authenticate {
  return (credentials) => {
    const authorization = credentials.header('authorization');
    const bySession = authorization === undefined ? parts.sessions?.(credentials) : null;
    if (bySession) return bySession;
    if (!authorization?.startsWith('Bearer ')) throw refusal();
    const key = parseApiKey(authorization.slice(7));
    if (key === null) throw refusal();
    return parts.apiKeys(key, refusal);
  };
}
