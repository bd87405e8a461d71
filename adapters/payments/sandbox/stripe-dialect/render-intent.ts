import type { ChargeRow } from '../server/read-charges.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { findObject } from './stripe-store.ts';
import type { StripeErrorBody } from './stripe-wire.ts';

/** What an intent has beyond the store's charge; the metadata is free, the store's reference only one of it. */
export interface IntentExtra {
  customer: string | null;
  metadata: Record<string, string>;
  /** A charge that wants its customer is declined off-session and open once it is confirmed on-session. */
  confirmedOnSession: boolean;
  returnUrl: string | null;
}

export interface RenderOptions {
  baseUrl?: string;
  expandCharge?: boolean;
}

export function intentExtra(sandbox: Sandbox, { account, id }: { account: string; id: string }): IntentExtra {
  const extra = findObject<IntentExtra>(sandbox, { account, id, kind: 'payment_intent' });
  if (extra === undefined) throw new Error(`charge ${id} has no intent`);
  return extra;
}

export function renderIntent(sandbox: Sandbox, charge: Omit<ChargeRow, 'seq'>, options: RenderOptions = {}): object {
  const extra = intentExtra(sandbox, charge);
  const status = statusOf(charge, extra);
  const error = status === 'requires_payment_method' ? declineOf(charge) : null;
  const url = `${options.baseUrl ?? ''}/actions/${charge.id}`;
  const redirect = { type: 'redirect_to_url', redirect_to_url: { url, return_url: extra.returnUrl } };
  return {
    id: charge.id,
    object: 'payment_intent',
    amount: charge.amount,
    amount_received: status === 'succeeded' ? charge.amount : 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${charge.id}_secret`,
    confirmation_method: 'automatic',
    created: Math.floor(charge.created_at / 1000),
    currency: charge.currency.toLowerCase(),
    customer: extra.customer,
    description: charge.description,
    last_payment_error: error,
    latest_charge: options.expandCharge ? renderStripeCharge(charge, extra) : stripeChargeId(charge.id),
    livemode: false,
    metadata: extra.metadata,
    next_action: status === 'requires_action' ? redirect : null,
    payment_method: status === 'requires_payment_method' ? null : charge.method_id,
    payment_method_types: ['card'],
    status,
  };
}

function statusOf(charge: Omit<ChargeRow, 'seq'>, extra: IntentExtra): string {
  if (charge.status === 'requires_action')
    return extra.confirmedOnSession ? 'requires_action' : 'requires_payment_method';
  if (charge.status === 'pending') return 'processing';
  return charge.status === 'declined' ? 'requires_payment_method' : charge.status;
}

/** https://docs.stripe.com/error-codes: a refused confirmation has a code of its own, some declines share theirs with the decline code. */
export function declineOf(charge: Pick<ChargeRow, 'id' | 'decline_code' | 'message' | 'status'>): StripeErrorBody {
  const declineCode = charge.status === 'requires_action' ? 'authentication_required' : (charge.decline_code ?? '');
  if (declineCode === 'authentication_failed') {
    const message = 'The provided PaymentMethod has failed authentication.';
    return { type: 'invalid_request_error', code: 'payment_intent_authentication_failure', message };
  }
  const named = declineCode === 'authentication_required' || declineCode === 'expired_card';
  const code = named ? declineCode : 'card_declined';
  const { message } = charge;
  return { type: 'card_error', code, decline_code: declineCode, charge: stripeChargeId(charge.id), message };
}

function stripeChargeId(intentId: string): string {
  return intentId.replace(/^pi_/, 'ch_');
}

export function renderStripeCharge(charge: Omit<ChargeRow, 'seq'>, extra: IntentExtra): object {
  return {
    id: stripeChargeId(charge.id),
    object: 'charge',
    amount: charge.amount,
    amount_captured: charge.status === 'succeeded' ? charge.amount : 0,
    amount_refunded: charge.refunded,
    created: Math.floor(charge.created_at / 1000),
    currency: charge.currency.toLowerCase(),
    customer: extra.customer,
    metadata: extra.metadata,
    paid: charge.status === 'succeeded',
    payment_intent: charge.id,
    refunded: charge.refunded === charge.amount,
  };
}
