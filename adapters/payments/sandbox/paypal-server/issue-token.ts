import type { Reply } from '../server/wire.ts';
import { lifeSeconds, secretOf } from './access-tokens.ts';
import type { Paypal } from './paypal.ts';
import type { PaypalRequest } from './wire.ts';

/** `POST /v1/oauth2/token`. */
export function issueToken({ sandbox, tokens }: Paypal, { basic }: PaypalRequest): Reply {
  if (basic === null || basic.secret !== secretOf(basic.id)) {
    const body = { error: 'invalid_client', error_description: 'Client Authentication failed' };
    return { kind: 'answer', status: 401, body };
  }
  if (tokens.takeFailure(basic.id)) {
    return { kind: 'answer', status: 503, body: { name: 'SERVICE_UNAVAILABLE', message: 'Service unavailable' } };
  }
  const access_token = tokens.issue(basic.id, sandbox.now());
  const body = { scope: '*', access_token, token_type: 'Bearer', app_id: 'APP-SANDBOX', expires_in: lifeSeconds };
  return { kind: 'answer', status: 200, body };
}
