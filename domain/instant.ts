/** Milliseconds since the Unix epoch, UTC. `NEVER` (Infinity) is PostgreSQL's `infinity`: nothing to wait for. */
export type Instant = number;
export const NEVER: Instant = Number.POSITIVE_INFINITY;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** RFC 3339 UTC text of a finite instant. */
export function toIso(instant: Instant): string {
  return new Date(instant).toISOString();
}
