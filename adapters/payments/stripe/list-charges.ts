import type Stripe from 'stripe';
import type { ChargePage, EventPage, ListChargesRequest, ListEventsRequest } from '../port.ts';
import { toProviderCharge } from './map-charge.ts';
import { toProviderEvent } from './to-event.ts';

const expand = ['data.latest_charge'];
/** Stripe took its first charge in 2011. */
const stripeEpochSeconds = Date.UTC(2011, 0) / 1000;
const clockSkewSeconds = 2 * 86_400;

/**
 * Oldest first, which Stripe does not offer: a page lies before (is newer than) the last one seen, and the first starts at the
 * oldest intent, found by halving the time asked for, or since Stripe began, unless one page holds everything.
 */
export async function listCharges(stripe: Stripe, request: ListChargesRequest): Promise<ChargePage> {
  const { tenantId, cursor, limit } = request;
  if (cursor === undefined) return firstPage(stripe, request);
  const page = await stripe.paymentIntents.list({ ending_before: cursor, limit, expand, ...createdIn(request) });
  return toPage(page.data.toReversed(), page.has_more, tenantId);
}

/** Whole seconds, as Stripe counts them. */
function createdIn({ created }: ListChargesRequest): { created?: { gte: number; lte: number } } {
  if (created === undefined) return {};
  const secondsFrom = (at: Date) => Math.ceil(at.getTime() / 1000);
  return { created: { gte: secondsFrom(created.from), lte: secondsFrom(created.to) - 1 } };
}

async function firstPage(stripe: Stripe, request: ListChargesRequest): Promise<ChargePage> {
  const { tenantId, limit } = request;
  const range = createdIn(request);
  const newest = await stripe.paymentIntents.list({ limit: 100, expand, ...range });
  const oldestFirst = newest.has_more ? await oldestOf(stripe, range.created) : newest.data.toReversed();
  const more = newest.has_more || oldestFirst.length > limit;
  return toPage(oldestFirst.slice(0, limit), more, tenantId);
}

/** Everything of the first second with an intent in it: the following pages continue after the last of them. */
async function oldestOf(stripe: Stripe, range?: { gte: number; lte: number }): Promise<Stripe.PaymentIntent[]> {
  const gte = range?.gte ?? stripeEpochSeconds;
  let without = gte - 1;
  let within = range?.lte ?? Math.floor(Date.now() / 1000) + clockSkewSeconds;
  while (within - without > 1) {
    const middle = Math.floor((within + without) / 2);
    const { data } = await stripe.paymentIntents.list({ created: { gte, lte: middle }, limit: 1 });
    if (data.length > 0) within = middle;
    else without = middle;
  }
  const oldest: Stripe.PaymentIntent[] = [];
  for await (const intent of stripe.paymentIntents.list({ created: { gte, lte: within }, limit: 100, expand })) {
    oldest.push(intent);
  }
  return oldest.toReversed();
}

function toPage(intents: readonly Stripe.PaymentIntent[], more: boolean, tenantId: string): ChargePage {
  const charges = intents.map((intent) => toProviderCharge(intent, tenantId)).filter((charge) => charge !== null);
  return { charges, nextCursor: more ? (intents.at(-1)?.id ?? null) : null };
}

/** Newest first, as Stripe lists them; it keeps them for 30 days. */
export async function listEvents(stripe: Stripe, { since, cursor, limit }: ListEventsRequest): Promise<EventPage> {
  const created = { gte: Math.floor(since.getTime() / 1000) };
  const after = cursor === undefined ? {} : { starting_after: cursor };
  const page = await stripe.events.list({ created, limit, ...after });
  const events = page.data.map((event) => ({
    event: toProviderEvent(event),
    rawBody: Buffer.from(JSON.stringify(event)),
  }));
  return { events, nextCursor: page.has_more ? (page.data.at(-1)?.id ?? null) : null };
}
