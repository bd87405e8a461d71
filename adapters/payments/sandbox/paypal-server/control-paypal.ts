import { z } from 'zod';
import { type Reply, read, text } from '../server/wire.ts';
import type { Paypal } from './paypal.ts';
import { indexDelayName } from './search-transactions.ts';
import type { PaypalRequest } from './wire.ts';

const done = (body: object): Reply => ({ kind: 'answer', status: 200, body });
const accountBody = z.strictObject({ account: text });

/** `POST /control/revoke-tokens`: every access token of the account is refused from now on. */
export function revokeTokens({ tokens }: Paypal, { body }: PaypalRequest): Reply {
  const { account } = read(accountBody, body);
  tokens.revoke(account);
  return done({ revoked: account });
}

/** `POST /control/refuse-changes`: orders of the account take no PATCH any more. */
export function refuseChanges(paypal: Paypal, { body }: PaypalRequest): Reply {
  const { account } = read(accountBody, body);
  paypal.refusesChanges.add(account);
  return done({ refuses: account });
}

/** `POST /control/index-delay`: how late the transaction search is. */
export function setIndexDelay({ sandbox }: Paypal, { body }: PaypalRequest): Reply {
  const { delay_ms } = read(z.strictObject({ delay_ms: z.int().min(0) }), body);
  sandbox.sql.run`INSERT OR REPLACE INTO settings (name, value) VALUES (${indexDelayName}, ${delay_ms})`;
  return done({ delay_ms });
}
