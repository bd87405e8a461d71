import { fingerprint, type KeyClaim } from '../server/idempotency-keys.ts';
import type { Reply } from '../server/wire.ts';
import type { Paypal } from './paypal.ts';
import { type PaypalRequest, refusePaypal } from './wire.ts';

const hourMs = 3_600_000;

/** How long a `PayPal-Request-Id` is remembered, by the call that carries it. */
const windowsMs = { order: 6 * hourMs, capture: 45 * 24 * hourMs, refund: 45 * 24 * hourMs, vault: 3 * hourMs };

/** The reply the request id already determines, or the claim under which a new one is remembered. */
export function claimRequestId(
  paypal: Paypal,
  request: PaypalRequest,
  call: { kind: keyof typeof windowsMs; parts: readonly (string | number)[] },
): KeyClaim | Reply {
  const { requestId, account } = request;
  if (requestId === undefined || requestId.length > 108) {
    return refusePaypal(400, 'INVALID_REQUEST', 'PAYPAL_REQUEST_ID_REQUIRED');
  }
  const claim = {
    account: `paypal ${account}`,
    key: `${call.kind} ${requestId}`,
    fingerprint: fingerprint([call.kind, ...call.parts]),
    windowMs: windowsMs[call.kind],
  };
  return paypal.sandbox.keys.replyFor(claim, paypal.sandbox.now()) ?? claim;
}
