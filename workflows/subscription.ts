import type { SubscriptionRef } from './perform-step.ts';
import { spendWaking } from './spend-waking.ts';

export function subscription(ref: SubscriptionRef): Promise<string> {
  return spendWaking(ref, 'takeStep');
}
