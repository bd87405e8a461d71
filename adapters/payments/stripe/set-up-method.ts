import Stripe from 'stripe';
import type { BeginSetupRequest, BegunSetup, ReadSetupRequest, SetupResult } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { toAttachedMethod } from './map-method.ts';
import { quoted } from './search-query.ts';

/** Stripe Checkout in set-up mode: the customer leaves card data with Stripe and comes back to `returnUrl`, finished or not. */
export async function beginSetup(stripe: Stripe, request: BeginSetupRequest): Promise<BegunSetup> {
  const { tenantId, setupId, customerId, returnUrl, idempotencyKey } = request;
  const metadata = { setup_id: setupId, tenant_id: tenantId, customer_id: customerId };
  const session = await stripe.checkout.sessions.create(
    {
      mode: 'setup',
      customer: await customerOf(stripe, request),
      client_reference_id: setupId,
      allowed_payment_method_types: ['card'],
      success_url: returnUrl,
      cancel_url: returnUrl,
      metadata,
      setup_intent_data: { metadata },
    },
    { idempotencyKey },
  );
  if (!session.url) throw new ProviderError('unknown', 'unreadable_answer', { message: 'a session without a page' });
  return { providerSetupId: session.id, url: session.url };
}

/** One Stripe customer per customer of ours. Search lags behind by a minute; meanwhile the key, good for a day, answers with the same. */
async function customerOf(stripe: Stripe, { tenantId, customerId }: BeginSetupRequest): Promise<string> {
  const query = `metadata['customer_id']:${quoted(customerId)} AND metadata['tenant_id']:${quoted(tenantId)}`;
  const found = await stripe.customers.search({ query, limit: 1 }).catch(ignoreUnsearchable);
  const [known] = found?.data ?? [];
  if (known !== undefined) return known.id;
  const metadata = { customer_id: customerId, tenant_id: tenantId };
  const options = { idempotencyKey: `${tenantId}:${customerId}:customer` };
  return (await stripe.customers.create({ metadata }, options)).id;
}

/** Accounts in some countries have no search; everything else is an error. */
export function ignoreUnsearchable(error: unknown): null {
  if (error instanceof Stripe.errors.StripeInvalidRequestError) return null;
  throw error;
}

export async function readSetup(stripe: Stripe, { providerSetupId }: ReadSetupRequest): Promise<SetupResult> {
  const session = await stripe.checkout.sessions.retrieve(providerSetupId, {
    expand: ['setup_intent.payment_method'],
  });
  if (session.status === 'expired') return { kind: 'failed', code: 'expired', message: 'The page has expired.' };
  const intent = session.setup_intent;
  if (session.status !== 'complete' || typeof intent !== 'object' || intent === null) return { kind: 'open' };
  const method = intent.payment_method;
  // Debit schemes verify after the page is finished: the session is complete while the intent still processes.
  if (intent.status !== 'succeeded' || typeof method !== 'object' || method === null) return { kind: 'open' };
  const customer = typeof method.customer === 'string' ? method.customer : method.customer?.id;
  if (!customer) throw new ProviderError('unknown', 'unreadable_answer', { message: 'a method without a customer' });
  return { kind: 'completed', method: toAttachedMethod(method, customer) };
}
