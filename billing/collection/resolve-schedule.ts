import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';

/** Design §5, Unknown: first within 5 s, then 5 min, 1 h, five days; after that a person decides. */
const delaysMs = [3 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS];

/**
 * An authentication nobody has answered: asked after soon, lest its notification was lost, then whenever the customer is reminded:
 * 1 h, 12 h and 22 h after it began, of the 23 h it has.
 */
const actionDelaysMs = [3 * SECOND_MS, 5 * MINUTE_MS, 55 * MINUTE_MS, 11 * HOUR_MS, 10 * HOUR_MS, DAY_MS];
const remindingLookUps: readonly number[] = [3, 4, 5];
/** The one an hour and more after the first send. */
const tellingLookUp = 3;

export const lookUpCountMax = delaysMs.length;

/** Wait before the look-up that follows `lookUpsSoFar`. */
export function delayAfterLookUp(lookUpsSoFar: number, status: AttemptStatus = 'unknown'): number {
  const schedule = status === 'requires_action' ? actionDelaysMs : delaysMs;
  return schedule[Math.min(lookUpsSoFar, schedule.length - 1)] ?? DAY_MS;
}

/** The notice due to people when a look-up of that number has found the attempt as it was. */
export function noticeAfterLookUp(
  lookUps: number,
  status: AttemptStatus,
): 'attempt_unknown' | 'action_required' | null {
  if (status === 'requires_action' && remindingLookUps.includes(lookUps)) return 'action_required';
  return status === 'unknown' && lookUps === tellingLookUp ? 'attempt_unknown' : null;
}
