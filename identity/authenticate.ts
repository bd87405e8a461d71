import { DomainError } from '../domain/errors.ts';
import type { AuthenticateToken } from './access-token.ts';
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
  /** Absent where no identity service is asked: then keys alone open anything. */
  accessTokens?: AuthenticateToken;
}): Authenticate {
  return (credentials) => {
    const authorization = credentials.header('authorization');
    const bySession = authorization === undefined ? parts.sessions?.(credentials) : null;
    if (bySession) return bySession;
    if (!authorization?.startsWith('Bearer ')) throw refusal();
    const presented = authorization.slice(7);
    const key = parseApiKey(presented);
    if (key !== null) return parts.apiKeys(key, refusal);
    if (parts.accessTokens === undefined || !looksSigned(presented)) throw refusal();
    return parts.accessTokens(presented, refusal);
  };
}

/** Three parts: what else cannot be a token, and need not be taken apart. */
function looksSigned(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}
