import type { ProviderFact } from '../../adapters/payments/port.ts';
import type { BillingContext } from '../../billing/context.ts';
import { applyProviderFact } from '../../billing/provider-facts/apply-provider-fact.ts';
import { type Notification, type Settled, settleKnownFacts } from '../../billing/provider-facts/settle-known-facts.ts';
import { factFromWire } from '../../contracts/events/provider-fact.ts';
import { parseId } from '../../db/new-id.ts';
import { markHandled } from '../../db/queries/inbox.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { registerHistogram } from '../../runtime/metrics.ts';
import { createMicroBatch } from '../../runtime/micro-batch.ts';
import { type ReadEvent, UnreadableEvent } from './read-event.ts';

const batchWindowMs = 4;
const batchCountMax = 200;

const effect = registerHistogram({
  name: 'redcore_webhook_effect_seconds',
  help: 'From the receipt of a provider’s notification to its effect',
  labels: ['provider', 'outcome'],
});

/** As many notifications as may wait for one provider are waiting: this one comes back, and leaves its lane to others. */
export class ProviderBusy extends Error {
  constructor(provider: string) {
    super(`${provider} is asked about enough notifications at once`);
    this.name = 'ProviderBusy';
  }
}

type ReceivedEvent = ReadEvent<'webhooks.received'>;

/** Settles together what the rows already say; only what may change something is applied by itself, under its row's lock. */
export function createNotificationHandler(
  context: BillingContext,
  options: { askedMaxPerProvider: number },
): (event: ReceivedEvent) => Promise<void> {
  const asked = new Map<string, number>();
  const known = createMicroBatch<Notification, Settled>({
    windowMs: batchWindowMs,
    countMax: batchCountMax,
    run: (tenantId, notifications) => settleKnownFacts(context.database, tenantId as TenantId, notifications),
  });
  return async (event) => {
    const tenantId = parseId('tenant', event.tenant_id);
    if (tenantId === null) throw new UnreadableEvent('a tenant’s id that is none');
    const { provider, inbox_id: inboxId } = event.data;
    const fact = factOf(event.data);
    let settled = await known.add(tenantId, { inboxId, provider, fact });
    if (settled === 'open') {
      const inHand = asked.get(provider) ?? 0;
      if (inHand >= options.askedMaxPerProvider) throw new ProviderBusy(provider);
      asked.set(provider, inHand + 1);
      const status = await applyProviderFact(context, { tenantId, provider, fact, eventId: event.id }).finally(() =>
        asked.set(provider, (asked.get(provider) ?? 1) - 1),
      );
      await withTenant(context.database, tenantId, async (tx) => markHandled(tx, [{ inboxId, status }]));
      settled = status;
    }
    const seconds = (Date.now() - Date.parse(event.occurred_at)) / 1_000;
    effect.observe({ provider, outcome: settled }, Math.max(0, seconds));
  };
}

/** A message of a release before facts names an attempt, or nothing of ours. */
function factOf({ fact, attempt_id: attemptId }: ReceivedEvent['data']): ProviderFact | null {
  if (fact !== null) return factFromWire(fact);
  return attemptId === null ? null : { kind: 'charge_updated', attemptId, providerChargeId: null };
}
