import type { Instant } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { cancelAsAsked } from './cancel-subscription.ts';
import { pauseAsAsked } from './pause-subscription.ts';
import type { ChangeInput } from './plan-subscription-change.ts';
import { supposeChange } from './preview-change.ts';
import { resumeAsAsked } from './resume-subscription.ts';
import { uncancelAsAsked } from './uncancel-subscription.ts';

/** A command as it would be given. */
export type Supposed =
  | { kind: 'change'; input: ChangeInput }
  | { kind: 'pause'; resumesAt: Instant | null }
  | { kind: 'resume' }
  | { kind: 'cancel'; at: 'now' | 'period_end' }
  | { kind: 'uncancel' };

/** Does it to the rows in memory, as the verb of that name does. */
export async function carryOutSupposed(work: SubscriptionWork, supposed: Supposed): Promise<void> {
  switch (supposed.kind) {
    case 'change':
      await supposeChange(work, supposed.input);
      return;
    case 'pause':
      return pauseAsAsked(work, supposed);
    case 'resume':
      return resumeAsAsked(work);
    case 'cancel':
      return cancelAsAsked(work, { at: supposed.at, reason: null });
    case 'uncancel':
      return uncancelAsAsked(work);
    default:
      return assertNever(supposed);
  }
}
