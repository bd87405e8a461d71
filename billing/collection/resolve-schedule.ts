import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';

/** Design §5, Unknown: first within 5 s, then 5 min, 1 h, five days; after that a person decides. */
const delaysMs = [3 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS];

export const lookUpCountMax = delaysMs.length;

/** Wait before the look-up that follows `lookUpsSoFar`. */
export function delayAfterLookUp(lookUpsSoFar: number): number {
  return delaysMs[Math.min(lookUpsSoFar, delaysMs.length - 1)] ?? DAY_MS;
}
