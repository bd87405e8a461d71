import { asProblem } from './problem.ts';

/** Answered before the key was looked at, or while the first call under it still runs: nothing is said about that one. */
const saysNothing: ReadonlySet<number> = new Set([401, 408, 429]);

/** Whether what was meant is over, so that what is sent next is meant anew. Where nobody knows, the key stays: nothing is done twice. */
export function endsIntention(error: unknown): boolean {
  const { status, code } = asProblem(error);
  return status >= 400 && status < 500 && !saysNothing.has(status) && code !== 'idempotency_key_in_use';
}

/** Perhaps somebody else was first, or an earlier try arrived after all: the page has to show how things stand. */
export function isOvertaken(error: unknown): boolean {
  const { status, code } = asProblem(error);
  return status === 409 || code === 'idempotency_key_reused';
}
