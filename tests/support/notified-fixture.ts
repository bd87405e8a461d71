import { onTestFinished, vi } from 'vitest';
import { createMemoryEventBus, type MemoryEventBus } from '../../adapters/events/memory/memory-event-bus.ts';
import { createSubscription } from '../../billing/subscriptions/create-subscription.ts';
import { newId } from '../../db/new-id.ts';
import type { InboxRow } from '../../db/queries/unpublished.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { runForwarder } from '../../pipelines/forwarder/run-forwarder.ts';
import { messageOfInboxRow } from '../../pipelines/relay/event-messages.ts';
import { createLogger } from '../../runtime/logger.ts';
import type { BillingFixture } from './billing-fixture.ts';
import { chargeUpdated, openTestDoor, signed, type ToSign } from './webhook-door.ts';

const logger = createLogger('test', { level: 'silent' });
const within = { timeout: 15_000, interval: 10 };

export type Tenant = Pick<BillingFixture, 'owner' | 'app' | 'context' | 'provider' | 'tenantId' | 'call'> &
  Pick<BillingFixture, 'makePlan' | 'makeCustomer'>;

export interface Charged {
  id: SubscriptionId;
  attemptId: string;
  chargeId: string;
  actionUrl: string;
}

export interface Notified {
  bus: MemoryEventBus;
  receive: ReturnType<typeof openTestDoor>;
  /** A signed `charge.updated` about this charge. */
  about(
    charged: Pick<Charged, 'attemptId' | 'chargeId'>,
    override?: Partial<ToSign>,
  ): Parameters<Notified['receive']>[0];
  /** As the relay does: what is stored and not published, once; resolves when none of it is on its way any more. */
  carry(): Promise<void>;
}

/** The way of a notification in one process: the real door, a broker in memory and the real forwarder. */
export async function openNotified(
  tenant: Tenant,
  options: { triesMax?: number; retryDelayMs?: number } = {},
): Promise<Notified> {
  const { app, context, owner, provider, tenantId } = tenant;
  const bus = createMemoryEventBus();
  const { triesMax = 3, retryDelayMs = 5 } = options;
  const forwarder = runForwarder({ bus, context, logger, concurrency: 16, triesMax, retryDelayMs });
  onTestFinished(() => forwarder.stop());
  await vi.waitFor(() => {
    if (!forwarder.isConsuming()) throw new Error('not consuming yet');
  }, within);
  return {
    bus,
    receive: openTestDoor({ app, providers: [provider] }),
    about({ attemptId, chargeId }, override = {}) {
      const body = chargeUpdated({ account: tenantId, reference: attemptId, chargeId });
      return signed({ id: newId('event'), body, ...override });
    },
    async carry() {
      const rows = await owner<InboxRow[]>`
        select * from inbox where tenant_id = ${tenantId} and published_at is null order by id`;
      await bus.publish(rows.map(messageOfInboxRow));
      const ids = rows.map(({ id }) => id);
      await owner`update inbox set published_at = now() where tenant_id = ${tenantId} and id = any(${ids}::text[])`;
      await vi.waitFor(async () => {
        const waiting = await owner`
          select id from inbox where tenant_id = ${tenantId} and id = any(${ids}::text[]) and status = 'received'`;
        if (waiting.length > 0) throw new Error(`${waiting.length} are still on their way`);
      }, within);
    },
  };
}

/** A subscription whose first charge the token decides. */
export async function chargeOnce(tenant: Tenant, token: string): Promise<Charged> {
  const { context, call, owner } = tenant;
  const planId = await tenant.makePlan();
  const { customerId } = await tenant.makeCustomer({ token });
  const answer = await createSubscription(context, call, {
    ...{ customerId, planId, paymentMethodId: null, startDate: null, trialPeriodDays: null, quantity: 1 },
    ...{ metadata: {}, allowIncomplete: false, groupId: null },
  });
  const id = (answer.body as { subscription_id: SubscriptionId }).subscription_id;
  const [attempt] = await owner<{ id: string; providerChargeId: string; actionUrl: string }[]>`
    select id, provider_charge_id, action_url from payment_attempts where subscription_id = ${id}`;
  if (attempt === undefined) throw new Error('no attempt was made');
  return { id, attemptId: attempt.id, chargeId: attempt.providerChargeId, actionUrl: attempt.actionUrl };
}

/** What is the same however its notifications came: money, states, and how often anything was said about it. */
export async function finalStateOf({ owner }: Pick<Tenant, 'owner'>, { id }: Pick<Charged, 'id'>): Promise<unknown> {
  const [state] = await owner<[{ state: unknown }]>`
    select jsonb_build_object(
      'subscription', s.status,
      'attempts', (select jsonb_agg(jsonb_build_array(a.number, a.status, a.code) order by a.number)
                   from payment_attempts a where a.subscription_id = s.id),
      'payment', (select jsonb_agg(jsonb_build_array(p.status, p.captured_minor, p.refunded_minor, p.attempts_count))
                  from payments p where p.subscription_id = s.id),
      'invoice', (select jsonb_agg(jsonb_build_array(i.status, i.amount_paid_minor))
                  from invoices i where i.subscription_id = s.id),
      'events', (select jsonb_object_agg(topic, count) from (
                   select topic, count(*) from outbox o where o.subscription_id = s.id group by topic) t)) as state
    from subscriptions s where s.id = ${id}`;
  return state.state;
}

/** In the order of the items, each exactly once; equal items make equal orders, which come once too. */
export function permutationsOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  const seen = new Set<T>();
  return items.flatMap((item, index) => {
    if (seen.has(item)) return [];
    seen.add(item);
    return permutationsOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]);
  });
}
