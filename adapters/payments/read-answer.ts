import { z } from 'zod';
import { ProviderError } from './provider-error.ts';
import type { WireAnswer } from './send-request.ts';

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
  processed: z.boolean().optional(),
});

/**
 * The body of a 2xx. Everything else becomes the `ProviderError` that says whether money may have moved: a key that is still
 * running, or that was used with another body, belongs to a request that may have been carried out, hence `unknown`.
 */
export function readAnswer<T extends z.ZodType>(schema: T, answer: WireAnswer): z.output<T> {
  const json = parseJson(answer.text);
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new ProviderError('unknown', 'unreadable_answer', { cause: parsed.error });
  }
  throw refusalOf(answer, json);
}

function refusalOf(answer: WireAnswer, json: unknown): ProviderError {
  const parsed = errorBody.safeParse(json);
  const code = parsed.data?.error.code ?? `http_${answer.status}`;
  const options = { message: parsed.data?.error.message, retryAfterMs: retryAfterMs(answer) };
  if (answer.status === 429) return new ProviderError('rate_limited', code, options);
  if (answer.status === 503 && parsed.data?.processed === false) return new ProviderError('not_sent', code, options);
  const mayBeDone = code === 'idempotency_key_in_progress' || code === 'idempotency_key_mismatch';
  const refused = parsed.success && answer.status >= 400 && answer.status < 500 && !mayBeDone;
  return new ProviderError(refused ? 'rejected' : 'unknown', code, options);
}

function retryAfterMs(answer: WireAnswer): number | undefined {
  const seconds = answer.headers['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page or a cut body: the status alone decides then.
    return undefined;
  }
}
