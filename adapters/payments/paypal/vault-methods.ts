import {
  type PaymentTokenResponse,
  PaymentTokenStatus,
  PaypalPaymentTokenUsageType,
  VaultController,
  VaultTokenRequestType,
} from '@paypal/paypal-server-sdk';
import type {
  AttachedMethod,
  AttachMethodRequest,
  BeginSetupRequest,
  BegunSetup,
  ReadSetupRequest,
  SetupResult,
} from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { issueOf, toProviderError } from './classify-failure.ts';
import { askClassified, type PaypalCall, type PaypalConnection } from './connect-account.ts';
import { nameMethod } from './name-method.ts';

type Connection = Pick<PaypalConnection, 'ask'>;

const unknownTokenIssues = new Set(['RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID', 'TOKEN_NOT_FOUND', 'INVALID_TOKEN']);

function callWithin(tenantId: string, timeoutMs: number): PaypalCall {
  return { tenantId, deadlineAtMonotonicMs: performance.now() + timeoutMs };
}

/** The token is a set-up token that PayPal's own scripts had approved in the browser. */
export async function attachToken(
  connection: Connection,
  { tenantId, token, idempotencyKey }: AttachMethodRequest,
  timeoutMs: number,
): Promise<AttachedMethod> {
  try {
    return toMethod(await createPaymentToken(connection, callWithin(tenantId, timeoutMs), token, idempotencyKey));
  } catch (error) {
    if (!unknownTokenIssues.has(issueOf(error) ?? '')) throw toProviderError(error);
    throw new ProviderError('rejected', 'unknown_token', { cause: error });
  }
}

/**
 * `merchant_customer_id` is the set-up's own id: each set-up is a customer of PayPal's vault for itself, so that its one
 * payment token is found again after the request id was forgotten, and its event names the set-up.
 */
export async function createSetupToken(
  connection: Connection,
  { tenantId, setupId, returnUrl, idempotencyKey }: BeginSetupRequest,
  timeoutMs: number,
): Promise<BegunSetup> {
  const experienceContext = { returnUrl, cancelUrl: returnUrl };
  const answer = await askClassified(connection, callWithin(tenantId, timeoutMs), (client) =>
    new VaultController(client).createSetupToken({
      body: {
        customer: { merchantCustomerId: setupId },
        paymentSource: { paypal: { usageType: PaypalPaymentTokenUsageType.Merchant, experienceContext } },
      },
      paypalRequestId: idempotencyKey,
    }),
  );
  const url = answer.links?.find(({ rel }) => rel === 'approve')?.href;
  if (answer.id !== undefined && url !== undefined) return { providerSetupId: answer.id, url };
  throw new ProviderError('unknown', 'unreadable_answer', { message: 'a set-up token has no approve link' });
}

export async function readSetupToken(
  connection: Connection,
  { tenantId, providerSetupId, idempotencyKey }: ReadSetupRequest,
  timeoutMs: number,
): Promise<SetupResult> {
  const call = callWithin(tenantId, timeoutMs);
  try {
    const setup = await connection.ask(call, (client) => new VaultController(client).getSetupToken(providerSetupId));
    const isUsed = setup.status === PaymentTokenStatus.Vaulted || setup.status === PaymentTokenStatus.Tokenized;
    if (isUsed) return await readUsedSetup(connection, call, setup.customer?.id);
    if (setup.status !== PaymentTokenStatus.Approved) return { kind: 'open' };
    const token = await createPaymentToken(connection, call, providerSetupId, `${idempotencyKey}:token`);
    return { kind: 'completed', method: toMethod(token) };
  } catch (error) {
    if (!unknownTokenIssues.has(issueOf(error) ?? '')) throw toProviderError(error);
    return { kind: 'failed', code: 'setup_expired', message: 'The set-up was not approved within three days.' };
  }
}

/** The payment token was made by an earlier reading whose answer may be lost. */
async function readUsedSetup(
  connection: Connection,
  call: PaypalCall,
  customerId: string | undefined,
): Promise<SetupResult> {
  if (customerId === undefined) {
    throw new ProviderError('unknown', 'unreadable_answer', { message: 'a used set-up token names no customer' });
  }
  const { paymentTokens = [] } = await connection.ask(call, (client) =>
    new VaultController(client).listCustomerPaymentTokens({ customerId, pageSize: 1, page: 1 }),
  );
  const [token] = paymentTokens;
  if (token !== undefined) return { kind: 'completed', method: toMethod(token) };
  return { kind: 'failed', code: 'method_removed', message: 'The method was removed at PayPal.' };
}

async function createPaymentToken(
  connection: Connection,
  call: PaypalCall,
  setupToken: string,
  paypalRequestId: string,
): Promise<PaymentTokenResponse> {
  const body = { paymentSource: { token: { id: setupToken, type: VaultTokenRequestType.SetupToken } } };
  return connection.ask(call, (client) => new VaultController(client).createPaymentToken({ body, paypalRequestId }));
}

function toMethod({ id, paymentSource }: PaymentTokenResponse): AttachedMethod {
  if (id === undefined) throw new ProviderError('unknown', 'unreadable_answer', { message: 'a token has no id' });
  const card = paymentSource?.card;
  if (card === undefined) {
    const providerMethodId = nameMethod('paypal', id);
    return { providerMethodId, brand: 'paypal', last4: null, expMonth: null, expYear: null };
  }
  const [year, month] = (card.expiry ?? '').split('-', 2);
  return {
    providerMethodId: nameMethod('card', id),
    brand: card.brand?.toLowerCase() ?? 'card',
    last4: card.lastDigits ?? null,
    expMonth: month ? Number(month) : null,
    expYear: year ? Number(year) : null,
  };
}
