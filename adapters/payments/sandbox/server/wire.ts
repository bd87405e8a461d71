import { z } from 'zod';

export interface WireRequest {
  /** What the route's pattern captured from the path. */
  params: readonly string[];
  query: URLSearchParams;
  body: unknown;
  /** As they came, with lower-case header names: what a signature is over. */
  rawBody: Buffer;
  headers: Record<string, string | undefined>;
  idempotencyKey: string | undefined;
  /** Where the caller reached this process: action urls start with it. */
  baseUrl: string;
  wantsHtml: boolean;
}

interface Answer {
  kind: 'answer';
  status: number;
  body: object;
  headers?: Record<string, string>;
}

/** `hold` never answers and keeps the socket; `reset` tears it down: the caller cannot know what happened. */
export type Reply = Answer | { kind: 'page'; html: string } | { kind: 'hold' } | { kind: 'reset' };

export class WireRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function answer(status: number, body: object): Answer {
  return { kind: 'answer', status, body };
}

export function refuse(status: number, code: string, message: string, more: object = {}): Answer {
  return { kind: 'answer', status, body: { error: { code, message }, ...more } };
}

export function redirectTo(url: string): Answer {
  return { kind: 'answer', status: 303, body: {}, headers: { location: url } };
}

export const text = z.string().min(1).max(255);
export const returnUrl = z.url({ protocol: /^https?$/ }).max(2000);
export const amount = z.int().min(1);
export const currency = z.string().regex(/^[A-Z]{3}$/);

export function read<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new WireRefusal(
    400,
    'invalid_request',
    `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'unreadable'}`,
  );
}

export function requireKey(request: WireRequest): string {
  if (request.idempotencyKey === undefined || request.idempotencyKey.length > 255) {
    throw new WireRefusal(400, 'idempotency_key_required', 'Idempotency-Key of 1 to 255 characters is required');
  }
  return request.idempotencyKey;
}

export function requireQuery(request: WireRequest, name: string): string {
  return read(text, request.query.get(name) ?? undefined);
}
