import { z } from 'zod';
import { ProviderError } from '../../provider-error.ts';
import { verifyWebhook } from '../../standard-webhooks.ts';
import { attachMethod } from '../server/attach-method.ts';
import { createCharge } from '../server/create-charge.ts';
import { listCharges } from '../server/read-charges.ts';
import { listRefunds, refundCharge } from '../server/refund-charge.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { beginSetup, readSetup } from '../server/set-up-method.ts';
import { cancelCharge } from '../server/settle-charge.ts';
import { amount, currency, type Reply, read, text, WireRefusal, type WireRequest } from '../server/wire.ts';
import { customAccountOf, registerCustomAccount, storedAccount } from './custom-accounts.ts';

type Handle = (sandbox: Sandbox, request: WireRequest) => Reply | Promise<Reply>;

const attachCall = z.object({ idempotency_key: text, token: text });
const chargeCall = z.object({
  idempotency_key: text,
  reference: text,
  subscription_id: text.nullable(),
  method_id: text,
  amount,
  currency,
  description: z.string(),
});
const findCall = z.object({ reference: text });
const cancelCall = z.object({ charge_id: text });
const listCall = z.object({
  ...{ cursor: z.string().nullable(), limit: z.int() },
  ...{ created_from: text.optional(), created_to: text.optional() },
});
const refundCall = z.object({ idempotency_key: text, reference: text, charge_id: text, amount, currency });
const setupCall = z.object({ idempotency_key: text, reference: text, customer_id: text, return_url: text });
const readSetupCall = z.object({ setup_id: text });

/** The business's side of `docs/custom-provider.md`, for tests and for trying it out: every call is signed and names itself. */
export const customRoutes: readonly [string, Handle][] = [
  ['POST /control/custom-accounts', registerCustomAccount],
  signed('charges', 'charge.create', (sandbox, request, account) => {
    const { idempotency_key, subscription_id: subscription, ...charge } = read(chargeCall, request.body);
    return createCharge(sandbox, keyed(request, idempotency_key, { ...charge, subscription, account }));
  }),
  signed('charges/find', 'charge.find', (sandbox, request, account) =>
    listCharges(sandbox, asked(request, { ...read(findCall, request.body), account })),
  ),
  signed('charges/cancel', 'charge.cancel', (sandbox, request, account) => {
    const { charge_id } = read(cancelCall, request.body);
    return cancelCharge(sandbox, { ...request, params: [charge_id], body: { account } });
  }),
  signed('charges/list', 'charge.list', (sandbox, request, account) => {
    const { cursor, limit, ...range } = read(listCall, request.body);
    return listCharges(
      sandbox,
      asked(request, { account, limit: String(limit), ...range, ...(cursor ? { cursor } : {}) }),
    );
  }),
  signed('refunds', 'refund.create', (sandbox, request, account) => {
    const { idempotency_key, ...refund } = read(refundCall, request.body);
    return refundCharge(sandbox, keyed(request, idempotency_key, { ...refund, account }));
  }),
  signed('refunds/find', 'refund.find', (sandbox, request, account) =>
    listRefunds(sandbox, asked(request, { ...read(findCall, request.body), account })),
  ),
  signed('methods', 'method.attach', (sandbox, request, account) => {
    const { idempotency_key, token } = read(attachCall, request.body);
    return attachMethod(sandbox, keyed(request, idempotency_key, { token, account }));
  }),
  signed('setups', 'setup.create', (sandbox, request, account) => {
    const { idempotency_key, reference, customer_id: customer, return_url } = read(setupCall, request.body);
    return beginSetup(sandbox, keyed(request, idempotency_key, { reference, customer, return_url, account }));
  }),
  signed('setups/read', 'setup.read', (sandbox, request, account) => {
    const { setup_id } = read(readSetupCall, request.body);
    return readSetup(sandbox, { ...asked(request, { account }), params: [setup_id] });
  }),
];

const envelope = z.object({ call: text, account: text });

function signed(
  path: string,
  call: string,
  handle: (sandbox: Sandbox, request: WireRequest, account: string) => Reply | Promise<Reply>,
): [string, Handle] {
  const verified: Handle = (sandbox, request) => {
    const business = decodeURIComponent(request.params[0] ?? '');
    const account = storedAccount(business);
    verify(sandbox, request, account);
    const named = read(envelope, request.body);
    // A signature is good for one call of one account: neither can be turned into another one on the way.
    if (named.call !== call || named.account !== business) {
      throw new WireRefusal(400, 'wrong_call', 'This body was signed for another call or another account');
    }
    return handle(sandbox, request, account);
  };
  return [`POST /custom/:id/${path}`, verified];
}

function verify(sandbox: Sandbox, { headers, rawBody }: WireRequest, account: string): void {
  const secret = customAccountOf(sandbox, account)?.secret ?? '';
  if (secret === '') throw new WireRefusal(401, 'unknown_account', 'No such account');
  try {
    verifyWebhook({ headers, rawBody, secret, now: new Date() });
  } catch (error) {
    if (error instanceof ProviderError) throw new WireRefusal(401, 'bad_signature', error.message);
    throw error;
  }
}

function keyed(request: WireRequest, idempotencyKey: string, body: object): WireRequest {
  return { ...request, idempotencyKey, body };
}

function asked(request: WireRequest, query: Record<string, string>): WireRequest {
  return { ...request, query: new URLSearchParams(query) };
}
