import { listUnsentAttempts } from '../../db/queries/provider-accounts.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { settle } from '../subscription-work/settle.ts';
import { loadWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';

/** As many as are tried while the operator waits; what is left comes by its own date, an hour later at most. */
const wakesMax = 200;
/** Spread, so that the first seconds with new credentials are no burst. */
const spreadMs = 100;

/** The provider can be asked again: attempts it was not asked about are sent now, each in a transaction of its own. */
export async function wakeWaiting(context: BillingContext, call: Call, provider: string): Promise<void> {
  const { tenantId, caller } = call;
  const waiting = await withTenant(context.database, tenantId, (tx) => listUnsentAttempts(tx, provider, wakesMax));
  for (const [position, { id, subscriptionId }] of waiting.entries()) {
    const intents = await withTenant(context.database, tenantId, async (tx) => {
      const work = await loadWork(tx, subscriptionId, caller);
      const attempt = work?.open.attempts.find((open) => open.id === id && open.status === 'not_sent');
      if (!work || !attempt) return [];
      attempt.sendAt = Math.min(attempt.sendAt ?? Number.POSITIVE_INFINITY, tx.now + position * spreadMs);
      touch(work, 'attempts', attempt);
      writeTimeline(work, 'provider_account_ready', { attempt_id: id, provider });
      return (await settle(work, 'command')).intents;
    });
    context.sendIntents(intents);
  }
}
