import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { fingerprint, type KeyClaim } from '../server/idempotency-keys.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply } from '../server/wire.ts';
import type { Form } from './parse-form.ts';

export interface StripeCall {
  /** The store's account behind the secret key; empty on the pages people visit and on control calls. */
  account: string;
  path: string;
  /** What the route's pattern captured from the path. */
  params: readonly string[];
  query: Form;
  body: Form;
  idempotencyKey: string | undefined;
  /** Where the caller reached this process: pages start with it. */
  baseUrl: string;
  wantsHtml: boolean;
}

export type StripeAnswer = ReturnType<typeof answer>;
export type StripeReply = Reply | { kind: 'redirect'; url: string };

/** https://docs.stripe.com/api/errors */
export interface StripeErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  code?: string;
  decline_code?: string;
  message: string;
  param?: string;
  [more: string]: unknown;
}

export class StripeRefusal extends Error {
  readonly status: number;
  readonly body: StripeErrorBody;

  constructor(status: number, body: StripeErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

export function refuseStripe(status: number, error: StripeErrorBody): StripeAnswer {
  return answer(status, { error });
}

export function invalid(message: string, more: Partial<StripeErrorBody> = {}): StripeRefusal {
  return new StripeRefusal(400, { type: 'invalid_request_error', message, ...more });
}

export function missing(what: string, id: string, param = 'id'): StripeRefusal {
  const message = `No such ${what}: '${id}'`;
  return new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing', message, param });
}

export const accountPrefix = 'stripe:';

export function stripeId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

export const text = z.string().min(1).max(5000);
export const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
export const metadata = z.record(z.string().max(40), z.string().max(500)).default({});
const expand = z.union([text, z.record(z.string(), text)]).optional();
export const pageQuery = {
  limit: whole.pipe(z.int().min(1).max(100)).default(10),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/** Parameters as Stripe takes them: an unknown one is refused, `expand` is known everywhere. */
export function readParams<T extends z.ZodRawShape>(shape: T, input: Form): z.output<z.ZodObject<T>> {
  const result = z.strictObject({ ...shape, expand }).safeParse(input);
  if (result.success) return result.data as z.output<z.ZodObject<T>>;
  const issue = result.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined) {
    throw invalid(`Received unknown parameter: ${unknown}`, { code: 'parameter_unknown', param: unknown });
  }
  const [head = '', ...rest] = (issue?.path ?? []).map(String);
  const param = head + rest.map((name) => `[${name}]`).join('');
  const code = issue?.input === undefined ? 'parameter_missing' : 'parameter_invalid';
  throw invalid(`${param}: ${issue?.message ?? 'unreadable'}`, { code, param });
}

export function expands(form: Form, name: string): boolean {
  const { expand: wanted } = form;
  if (wanted === undefined) return false;
  return typeof wanted === 'string' ? wanted === name : Object.values(wanted).includes(name);
}

export function claimOf(call: StripeCall): KeyClaim {
  const key = call.idempotencyKey ?? randomUUID();
  return { account: call.account, key, fingerprint: fingerprint([call.path, JSON.stringify(call.body)]) };
}

const keyInUse = refuseStripe(409, {
  type: 'idempotency_error',
  code: 'idempotency_key_in_use',
  message: 'There is currently another in-progress request using this idempotency key.',
});

/** Stripe promises of no 5xx that nothing was processed; what certainly was not is answered with 429. */
const rateLimited = refuseStripe(429, {
  type: 'invalid_request_error',
  code: 'rate_limit',
  message: 'Too many requests hit the API too quickly.',
});
const failed = refuseStripe(500, { type: 'api_error', message: 'An unknown error occurred.' });
/** What Stripe says of a call that fails on purpose. */
export const refusals = { unavailable: rateLimited, inProgress: keyInUse, rateLimited, failed };

/** What the key already determines, as Stripe says it: 400 for other parameters, 409 while the first call runs. */
export function replyOfKey(sandbox: Sandbox, claim: KeyClaim): Reply | null {
  const reply = sandbox.keys.replyFor(claim, sandbox.now());
  if (reply?.kind !== 'answer') return reply;
  if (reply.headers?.['idempotency-replayed']) return { ...reply, headers: { 'idempotent-replayed': 'true' } };
  if (reply.status === 409) return keyInUse;
  const message = 'Keys for idempotent requests can only be used with the same parameters they were first used with.';
  return refuseStripe(400, { type: 'idempotency_error', message });
}

/** A change and its key's answer commit together; a refusal leaves the key free. */
export function answerOnce(sandbox: Sandbox, call: StripeCall, act: () => StripeAnswer): Reply {
  const claim = claimOf(call);
  const earlier = replyOfKey(sandbox, claim);
  if (earlier !== null) return earlier;
  const reply = sandbox.transaction(() => {
    const acted = act();
    sandbox.keys.remember(claim, acted, sandbox.now());
    return acted;
  });
  sandbox.wake();
  return reply;
}

export function listOf(url: string, data: readonly object[], hasMore: boolean): StripeAnswer {
  return answer(200, { object: 'list', url, has_more: hasMore, data });
}
