import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ProviderError } from './provider-error.ts';
import { readAnswer } from './read-answer.ts';

const schema = z.object({ id: z.string() });

function failure(status: number, body: object | string, headers: Record<string, string> = {}): ProviderError {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    readAnswer(schema, { status, headers, text });
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

const error = (code: string) => ({ error: { code, message: 'why' } });

describe('what an answer says about money', () => {
  it('a 2xx is read', () => {
    expect(readAnswer(schema, { status: 201, headers: {}, text: '{"id":"x"}' })).toEqual({ id: 'x' });
  });

  const rows: [string, number, object | string, object][] = [
    ['a 2xx that cannot be read', 201, '<html>', { kind: 'unknown', code: 'unreadable_answer' }],
    ['a 2xx of another shape', 200, { name: 'x' }, { kind: 'unknown', code: 'unreadable_answer' }],
    ['a refusal', 400, error('unknown_token'), { kind: 'rejected', code: 'unknown_token', message: 'why' }],
    ['an unknown object', 404, error('unknown_method'), { kind: 'rejected', code: 'unknown_method' }],
    ['a 4xx of some proxy', 403, 'forbidden', { kind: 'unknown', code: 'http_403' }],
    ['a key still running', 409, error('idempotency_key_in_progress'), { kind: 'unknown' }],
    ['a key of another body', 422, error('idempotency_key_mismatch'), { kind: 'unknown' }],
    ['too many requests', 429, error('rate_limited'), { kind: 'rate_limited' }],
    ['a server error', 500, error('internal_error'), { kind: 'unknown', code: 'internal_error' }],
    ['a gateway time-out', 504, 'gateway', { kind: 'unknown', code: 'http_504' }],
    ['a 503 that guarantees nothing', 503, error('unavailable'), { kind: 'unknown' }],
    ['a 503 that may be processed', 503, { ...error('unavailable'), processed: true }, { kind: 'unknown' }],
    ['a 503 certainly not processed', 503, { ...error('unavailable'), processed: false }, { kind: 'not_sent' }],
    ['a redirect', 302, '', { kind: 'unknown', code: 'http_302' }],
  ];
  it.each(rows)('%s', (_name, status, body, expected) => {
    expect(failure(status, body)).toMatchObject(expected);
  });

  it("carries the provider's own delay in milliseconds", () => {
    expect(failure(429, error('rate_limited'), { 'retry-after': '7' }).retryAfterMs).toBe(7_000);
    expect(failure(429, error('rate_limited'), { 'retry-after': 'soon' }).retryAfterMs).toBeUndefined();
  });
});
