import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';

/** Design §5, Unknown: first within 5 s, then 5 min, 1 h, five days; after that a person decides. */
const delaysMs = [3 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS, DAY_MS];

/** An unanswered authentication is closed an hour before an incomplete subscription expires, where its provider keeps it so long. */
export const actionWindowMaxMs = 23 * HOUR_MS;

/**
 * An authentication nobody has answered: asked after soon, lest its notification was lost, then whenever the customer is reminded:
 * 1 h, 12 h and 22 h after it began, of the 23 h it has as a rule; sooner by as much as its window is shorter.
 */
function actionDelaysMs(windowMs: number): readonly number[] {
  const hourMs = Math.round((windowMs / actionWindowMaxMs) * HOUR_MS);
  const soonMs = 5 * MINUTE_MS;
  return [3 * SECOND_MS, soonMs, Math.max(MINUTE_MS, hourMs - soonMs), 11 * hourMs, 10 * hourMs, DAY_MS];
}
const remindingLookUps: readonly number[] = [3, 4, 5];
/** The one an hour and more after the first send. */
const tellingLookUp = 3;

export const lookUpCountMax = delaysMs.length;

/** Wait before the look-up that follows `lookUpsSoFar`; of an authentication with its window. */
export function delayAfterLookUp(lookUpsSoFar: number, actionWindowMs?: number): number {
  const schedule = actionWindowMs === undefined ? delaysMs : actionDelaysMs(actionWindowMs);
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
