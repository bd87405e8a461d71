import type Stripe from 'stripe';
import { MINUTE_MS } from '../../../domain/instant.ts';
import type { LookUpRequest, LookUpResult } from '../port.ts';
import { isMissing } from './classify-error.ts';
import { isOf, toLookUpResult } from './map-charge.ts';
import { quoted } from './search-query.ts';
import { ignoreUnsearchable } from './set-up-method.ts';

/** Far above the minute Stripe's search index usually lags (https://docs.stripe.com/search#data-freshness). */
const searchLagMs = 10 * MINUTE_MS;
/** Between our clock and Stripe's. */
const clockSkewMs = MINUTE_MS;

/**
 * By id where it is known, else by our attempt id in the metadata. The search knows everything that is not brand-new, with a
 * state that may be old, so what it finds is read again; the list is consistent and tells of the last minutes.
 */
export async function lookUpCharge(stripe: Stripe, request: LookUpRequest): Promise<LookUpResult> {
  if (request.providerChargeId !== null) {
    const known = await retrieve(stripe, request.providerChargeId);
    if (known !== null && isOf(known, request)) return toLookUpResult([known]);
  }
  const searched = await search(stripe, request);
  if (searched !== null && searched.length > 0) {
    return toLookUpResult(await Promise.all(searched.map(({ id }) => stripe.paymentIntents.retrieve(id))));
  }
  const lately = searched === null ? 0 : Date.now() - searchLagMs;
  const since = Math.max(request.firstSentAt.getTime(), lately) - clockSkewMs;
  return toLookUpResult(await list(stripe, request, since));
}

async function retrieve(stripe: Stripe, id: string): Promise<Stripe.PaymentIntent | null> {
  try {
    return await stripe.paymentIntents.retrieve(id);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function search(stripe: Stripe, request: LookUpRequest): Promise<Stripe.PaymentIntent[] | null> {
  const { attemptId, tenantId } = request;
  const query = `metadata['attempt_id']:${quoted(attemptId)} AND metadata['tenant_id']:${quoted(tenantId)}`;
  const found = await stripe.paymentIntents.search({ query, limit: 100 }).catch(ignoreUnsearchable);
  return found?.data ?? null;
}

async function list(stripe: Stripe, request: LookUpRequest, sinceMs: number): Promise<Stripe.PaymentIntent[]> {
  const created = { gte: Math.floor(sinceMs / 1000) };
  const matching: Stripe.PaymentIntent[] = [];
  for await (const intent of stripe.paymentIntents.list({ created, limit: 100 })) {
    if (isOf(intent, request)) matching.push(intent);
  }
  return matching;
}
