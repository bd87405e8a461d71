import createClient from 'openapi-fetch';
import type { paths } from '../../../contracts/generated/rest.gen.ts';
import { asProblem, problemFrom } from './problem.ts';

/** Longer than the platform takes for any call: what has no answer by then will have none. */
const answerTimeoutMs = 45_000;

/** The public REST interface, same origin, with the session's cookie. */
export const rest = createClient<paths>({
  baseUrl: '/',
  credentials: 'same-origin',
  cache: 'no-store',
  fetch: (request) =>
    fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(answerTimeoutMs)]) }),
});

interface Fetched<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The body of a successful call; everything else is thrown as a `Problem`. */
export async function answered<Data>(call: Promise<Fetched<Data>>): Promise<Data> {
  let fetched: Fetched<Data>;
  try {
    fetched = await call;
  } catch (error) {
    throw asProblem(error);
  }
  if (!fetched.response.ok) throw problemFrom(fetched.response, fetched.error);
  return fetched.data as Data;
}

/** One key per intention: kept while a dialog is open, so that sending it twice is one call. */
export function newIntentKey(): string {
  return crypto.randomUUID();
}

export function keyed(key: string): { header: { 'Idempotency-Key': string } } {
  return { header: { 'Idempotency-Key': key } };
}
