import { expect } from 'vitest';
import { subscriptionSnapshot } from '../../billing/subscription-work/snapshots.ts';
import { envelopeSchema } from '../../contracts/events/envelope.ts';
import { eventRegistry, type Topic } from '../../contracts/events/index.ts';
import type { AttemptRow, SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { findViolations } from '../../db/queries/invariants.ts';
import type { Instant } from '../../domain/instant.ts';
import type { BillingFixture } from './billing-fixture.ts';

type Subject = Pick<BillingFixture, 'owner' | 'provider' | 'tenantId'> & { now?: () => Instant };

/** A fixture has neither relay nor engine: what only they carry away stays, and says nothing about the verbs. */
const carriedByOthers = [
  'an event is not published',
  'a provider’s notification is not published',
  'a provider’s notification is neither handled nor dead-lettered',
  'a wake or start is owed and nobody delivers it',
];

/** I1–I8, I10 and I12 over everything the fixture's tenant has, I6 against the provider's own list, and events that rebuild the state. */
export async function expectInvariants(subject: Subject, toleratedMs = 1_000): Promise<void> {
  const { owner, tenantId } = subject;
  const now = subject.now?.();
  const violations = await findViolations(owner, { tenantId, toleratedMs, ...(now === undefined ? {} : { now }) });
  expect(violations.filter(({ what }) => !carriedByOthers.includes(what))).toEqual([]);
  await expectSameCharges(subject);
  await expectEventsToRebuild(subject);
}

const undecided = ['sent', 'unknown', 'requires_action', 'needs_review'];

async function expectSameCharges({ owner, provider, tenantId }: Subject): Promise<void> {
  const attempts = await owner<AttemptRow[]>`select * from payment_attempts where tenant_id = ${tenantId}`;
  const open = new Set(attempts.filter(({ status }) => undecided.includes(status)).map(({ id }) => id as string));
  const ours = attempts
    .filter(({ status }) => status === 'succeeded')
    .map(({ id, providerChargeId, amountMinor, currency }) => ({ id, providerChargeId, amountMinor, currency }));
  const theirs = [];
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const page = await provider.listCharges({ tenantId, cursor, limit: 100 });
    theirs.push(...page.charges.filter(({ status, attemptId }) => status === 'succeeded' && !open.has(attemptId)));
    cursor = page.nextCursor;
  }
  const charges = theirs.map(({ attemptId: id, providerChargeId, amountMinor, currency }) => ({
    ...{ id, providerChargeId, amountMinor, currency },
  }));
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
  expect(charges.toSorted(byId), 'I6: the provider holds the charges we hold').toEqual(ours.toSorted(byId));
}

async function expectEventsToRebuild({ owner, tenantId }: Subject): Promise<void> {
  const subscriptions = await owner<SubscriptionRow[]>`select * from subscriptions where tenant_id = ${tenantId}`;
  const rows = await owner<{ envelope: unknown }[]>`
    select envelope from outbox where tenant_id = ${tenantId} and sequence is not null order by subscription_id, sequence`;
  const events = rows.map(({ envelope }) => envelopeSchema.parse(envelope));
  for (const event of events) eventRegistry[event.type as Topic].parse(event.data);
  for (const sub of subscriptions) {
    const own = events.filter((event) => event.subscription_id === sub.id);
    if (own.length === 0) continue;
    expect(own[0]?.type).toBe('subscriptions.created');
    const last = own.findLast(({ data }) => Object.hasOwn(data as object, 'subscription'));
    expect(
      (last?.data as { subscription: unknown } | undefined)?.subscription,
      `the events of ${sub.id} rebuild its state`,
    ).toEqual(JSON.parse(JSON.stringify(subscriptionSnapshot(sub))));
  }
}
