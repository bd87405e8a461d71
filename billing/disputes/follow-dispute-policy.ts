import type { DisputePolicy } from '../../db/queries/load-subscription.ts';
import { assertNever } from '../../domain/invariant.ts';
import { allowedCommands } from '../../domain/subscriptions/allowed-commands.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import { endSubscription } from '../collection/end-subscription.ts';
import { type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { factsOfCommand } from '../subscriptions/change-one.ts';
import { pauseNow } from '../subscriptions/pause-now.ts';

/** R43: the tenant's policy; by default an open dispute changes nothing and a lost one ends the subscription. */
export function followDisputePolicy(work: SubscriptionWork, became: 'open' | 'lost'): void {
  if (work.owner.kind !== 'subscription') return;
  const { onOpen = 'nothing', onLost = 'cancel' } = work.settings.disputes ?? {};
  const policy: DisputePolicy = became === 'open' ? onOpen : onLost;
  const reason = became === 'open' ? 'dispute_opened' : 'dispute_lost';
  switch (policy) {
    case 'nothing':
      return;
    case 'cancel':
      if (terminalStatuses.includes(work.sub.status)) return;
      writeAudit(work, 'subscription.canceled', work.sub.id, { at: 'now', reason });
      endSubscription(work, 'canceled', reason);
      return;
    case 'pause':
      if (allowedCommands(factsOfCommand(work)).includes('pause')) pauseNow(work, { resumesAt: null, reason });
      else writeTimeline(work, 'pause_not_possible', { reason, subscription_status: work.sub.status });
      return;
    default:
      assertNever(policy);
  }
}
