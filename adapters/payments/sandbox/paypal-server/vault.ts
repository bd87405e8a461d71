import { z } from 'zod';
import { type Reply, read } from '../server/wire.ts';
import { expiryOf, findTestToken } from '../test-tokens.ts';
import { newPaypalId, type PaymentTokenRow, type Paypal } from './paypal.ts';
import { recordEvent } from './record-event.ts';
import { claimRequestId } from './request-ids.ts';
import { invalid, notFound, type PaypalRequest, unprocessable } from './wire.ts';

export interface SetupTokenRow {
  id: string;
  account: string;
  customer_id: string;
  merchant_customer_id: string | null;
  status: 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'VAULTED';
  /** The test token the payer picked. */
  token: string | null;
  return_url: string;
  created_at: number;
}

const setupLifeMs = 3 * 86_400_000;
const url = z.url({ protocol: /^https?$/ });
const setupBody = z.object({
  customer: z.object({ merchant_customer_id: z.string().min(1).max(64) }).optional(),
  payment_source: z.object({
    paypal: z.object({
      usage_type: z.enum(['MERCHANT', 'PLATFORM']),
      experience_context: z.object({ return_url: url, cancel_url: url }),
    }),
  }),
});

/** `POST /v3/vault/setup-tokens` for a wallet: the payer approves it at the `approve` link. */
export function createSetupToken(paypal: Paypal, request: PaypalRequest): Reply {
  const { sandbox } = paypal;
  const body = read(setupBody, request.body);
  const returnUrl = body.payment_source.paypal.experience_context.return_url;
  const merchantCustomerId = body.customer?.merchant_customer_id ?? null;
  const claim = claimRequestId(paypal, request, {
    kind: 'vault',
    parts: ['setup', returnUrl, merchantCustomerId ?? ''],
  });
  if ('kind' in claim) return claim;
  const now = sandbox.now();
  const setup: SetupTokenRow = {
    ...{ id: newPaypalId(), account: request.account, customer_id: newPaypalId().slice(0, 10) },
    ...{ merchant_customer_id: merchantCustomerId, status: 'PAYER_ACTION_REQUIRED', token: null },
    ...{ return_url: returnUrl, created_at: now },
  };
  const answer = renderSetupToken(setup, request.baseUrl);
  sandbox.transaction(() => {
    sandbox.sql
      .run`INSERT INTO paypal_setup_tokens (id, account, customer_id, merchant_customer_id, status, return_url, created_at)
      VALUES (${setup.id}, ${setup.account}, ${setup.customer_id}, ${merchantCustomerId}, ${setup.status}, ${returnUrl}, ${now})`;
    sandbox.keys.remember(claim, { status: 201, body: answer }, now);
  });
  return { kind: 'answer', status: 201, body: answer };
}

export function getSetupToken(paypal: Paypal, request: PaypalRequest): Reply {
  const setup = findSetupToken(paypal, request.params[0] ?? '');
  if (setup?.account !== request.account) return notFound();
  return { kind: 'answer', status: 200, body: renderSetupToken(setup, request.baseUrl) };
}

export function findSetupToken({ sandbox }: Paypal, id: string): SetupTokenRow | undefined {
  return sandbox.sql.get`SELECT * FROM paypal_setup_tokens
    WHERE id = ${id} AND created_at > ${sandbox.now() - setupLifeMs}` as SetupTokenRow | undefined;
}

function customerOf(row: { customer_id: string; merchant_customer_id: string | null }): object {
  const merchant = row.merchant_customer_id;
  return { id: row.customer_id, ...(merchant === null ? {} : { merchant_customer_id: merchant }) };
}

function renderSetupToken(setup: SetupTokenRow, baseUrl: string): object {
  const links = [{ rel: 'self', href: `${baseUrl}/v3/vault/setup-tokens/${setup.id}`, method: 'GET' }];
  if (setup.status === 'PAYER_ACTION_REQUIRED') {
    links.push({
      rel: 'approve',
      href: `${baseUrl}/agreements/approve?approval_session_id=${setup.id}`,
      method: 'GET',
    });
  }
  return { id: setup.id, status: setup.status, customer: customerOf(setup), payment_source: { paypal: {} }, links };
}

const tokenBody = z.object({
  payment_source: z.object({ token: z.object({ id: z.string().min(1), type: z.literal('SETUP_TOKEN') }) }),
});

/** `POST /v3/vault/payment-tokens`: from an approved set-up token; a test token stands for one whose payer gave a card. */
export function createPaymentToken(paypal: Paypal, request: PaypalRequest): Reply {
  const { sandbox } = paypal;
  const setupId = read(tokenBody, request.body).payment_source.token.id;
  const claim = claimRequestId(paypal, request, { kind: 'vault', parts: ['payment', setupId] });
  if ('kind' in claim) return claim;
  const source = sourceOf(paypal, request.account, setupId);
  if ('kind' in source) return source;
  const now = sandbox.now();
  const row: PaymentTokenRow = {
    ...{ id: newPaypalId().toLowerCase(), account: request.account, kind: source.method, token: source.token },
    ...{ customer_id: source.customer_id, merchant_customer_id: source.merchant_customer_id },
    ...{ succeeded_count: 0, created_at: now },
  };
  const answer = renderPaymentToken(paypal, row, request.baseUrl);
  sandbox.transaction(() => {
    sandbox.sql
      .run`INSERT INTO paypal_payment_tokens (id, account, kind, token, customer_id, merchant_customer_id, created_at)
      VALUES (${row.id}, ${row.account}, ${row.kind}, ${row.token}, ${row.customer_id}, ${row.merchant_customer_id}, ${now})`;
    sandbox.sql.run`UPDATE paypal_setup_tokens SET status = 'VAULTED' WHERE id = ${setupId}`;
    sandbox.keys.remember(claim, { status: 201, body: answer }, now);
    const event = { account: row.account, type: 'VAULT.PAYMENT-TOKEN.CREATED', resourceType: 'payment_token' };
    recordEvent(paypal, { ...event, resource: answer });
  });
  sandbox.wake();
  return { kind: 'answer', status: 201, body: answer };
}

interface TokenSource {
  method: PaymentTokenRow['kind'];
  token: string;
  customer_id: string;
  merchant_customer_id: string | null;
}

function sourceOf(paypal: Paypal, account: string, setupId: string): TokenSource | Reply {
  if (findTestToken(setupId) !== undefined) {
    const customer = { customer_id: newPaypalId().slice(0, 10), merchant_customer_id: null };
    return { method: 'card', token: setupId, ...customer };
  }
  const setup = findSetupToken(paypal, setupId);
  if (setup?.account !== account) return notFound();
  if (setup.status === 'VAULTED') return unprocessable('TOKEN_ALREADY_USED');
  if (setup.token === null) return unprocessable('SETUP_TOKEN_NOT_APPROVED');
  const { customer_id, merchant_customer_id } = setup;
  return { method: 'paypal', token: setup.token, customer_id, merchant_customer_id };
}

export function listPaymentTokens(paypal: Paypal, { account, query, baseUrl }: PaypalRequest): Reply {
  const customerId = query.get('customer_id');
  if (customerId === null) throw invalid('customer_id');
  const rows = paypal.sandbox.sql.all`SELECT * FROM paypal_payment_tokens
    WHERE account = ${account} AND customer_id = ${customerId}` as unknown as PaymentTokenRow[];
  const payment_tokens = rows.map((row) => renderPaymentToken(paypal, row, baseUrl));
  return { kind: 'answer', status: 200, body: { customer: { id: customerId }, payment_tokens, links: [] } };
}

function renderPaymentToken({ sandbox }: Paypal, row: PaymentTokenRow, baseUrl: string): object {
  const { brand, last4 } = findTestToken(row.token) ?? { brand: 'visa', last4: '4242' };
  const { expMonth, expYear } = expiryOf(new Date(sandbox.now()));
  const card = { brand: brand.toUpperCase(), last_digits: last4, expiry: `${expYear}-${expMonth}` };
  const wallet = { email_address: 'payer@example.com', payer_id: row.customer_id };
  return {
    id: row.id,
    customer: customerOf(row),
    payment_source: row.kind === 'card' ? { card } : { paypal: wallet },
    links: [{ rel: 'self', href: `${baseUrl}/v3/vault/payment-tokens/${row.id}`, method: 'GET' }],
  };
}
