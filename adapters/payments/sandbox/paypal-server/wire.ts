import { z } from 'zod';
import { type Reply, WireRefusal } from '../server/wire.ts';

export interface PaypalRequest {
  params: readonly string[];
  query: URLSearchParams;
  body: unknown;
  /** The client id behind the access token; empty on routes without one. */
  account: string;
  /** Client id and secret of HTTP Basic. */
  basic: { id: string; secret: string } | null;
  accessToken: string;
  /** `PayPal-Request-Id`. */
  requestId: string | undefined;
  /** Where the caller reached this process: links start with it. */
  baseUrl: string;
  wantsHtml: boolean;
}

export type Answer = Extract<Reply, { kind: 'answer' }>;

/** An error as PayPal words it. */
export function refusePaypal(status: number, name: string, issue: string, description = issue): Answer {
  const details = [{ issue, description }];
  return { kind: 'answer', status, body: { name, message: description, debug_id: 'sandbox', details, links: [] } };
}

export const unprocessable = (issue: string, description?: string): Answer =>
  refusePaypal(422, 'UNPROCESSABLE_ENTITY', issue, description);

export const notFound = (): Answer =>
  refusePaypal(404, 'RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID', 'Specified resource ID does not exist.');

export const foreign = (): Answer =>
  refusePaypal(403, 'NOT_AUTHORIZED', 'PERMISSION_DENIED', 'You do not have permission to access this resource.');

/** The errors of what both dialects share (keys, unreadable bodies) in PayPal's words. */
export function translate(reply: Reply): Reply {
  if (reply.kind !== 'answer') return reply;
  const code = sharedError.safeParse(reply.body).data?.error.code;
  if (code === undefined) return reply;
  if (code === 'idempotency_key_in_progress')
    return refusePaypal(409, 'RESOURCE_CONFLICT', 'PREVIOUS_REQUEST_IN_PROGRESS');
  if (code === 'idempotency_key_mismatch') return unprocessable('DUPLICATE_REQUEST_ID', 'Used with another request.');
  return refusePaypal(reply.status, 'INVALID_REQUEST', code.toUpperCase(), code);
}

const sharedError = z.object({ error: z.object({ code: z.string() }) });

/** Zero-decimal at PayPal whatever ISO 4217 says. */
const wholeCurrencies = new Set(['HUF', 'JPY', 'TWD']);

export const money = z
  .object({ currency_code: z.string().regex(/^[A-Z]{3}$/), value: z.string().regex(/^\d{1,9}(\.\d{1,2})?$/) })
  .transform(({ currency_code: currency, value }) => ({
    currency,
    hundredths: Math.round(Number(value) * 100),
    value,
  }));

export type Amount = Pick<z.output<typeof money>, 'currency' | 'hundredths'>;

export function checkMoney({ currency, value, hundredths }: z.output<typeof money>): Answer | null {
  if (wholeCurrencies.has(currency) && value.includes('.')) return unprocessable('DECIMALS_NOT_SUPPORTED');
  return hundredths > 0 ? null : unprocessable('CANNOT_BE_ZERO_OR_NEGATIVE');
}

export function renderMoney({ currency, hundredths }: Amount): object {
  const value = wholeCurrencies.has(currency) ? String(hundredths / 100) : (hundredths / 100).toFixed(2);
  return { currency_code: currency, value };
}

export function invalid(message: string): WireRefusal {
  return new WireRefusal(400, 'invalid_request', message);
}
