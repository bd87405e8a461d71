import type { ChargeRequest } from '../../adapters/payments/port.ts';
import { applyProviderEvent } from '../../billing/attempts/apply-provider-event.ts';
import { setDefaultMethod } from '../../billing/customers/set-default-method.ts';
import { refundPayment } from '../../billing/refunds/refund-payment.ts';
import { cancelSubscription } from '../../billing/subscriptions/cancel-subscription.ts';
import { changeSubscription } from '../../billing/subscriptions/change-subscription.ts';
import { pauseSubscription } from '../../billing/subscriptions/pause-subscription.ts';
import { resumeSubscription } from '../../billing/subscriptions/resume-subscription.ts';
import { uncancelSubscription } from '../../billing/subscriptions/uncancel-subscription.ts';
import type { Answer } from '../../contracts/answer.ts';
import type { PaymentId, PlanId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';
import { refOf } from '../../domain/workflow-ref.ts';
import type { BillingLife } from '../support/billing-life.ts';
import { driveSteps } from '../support/drive-steps.ts';
import type { Step } from './commands.ts';
import { type Model, type PlanName, shareOf } from './model.ts';

export interface Real {
  life: BillingLife;
  plans: Record<PlanName, PlanId>;
  subscribed: Awaited<ReturnType<BillingLife['subscribe']>>;
}

/** The provider answers as the model expects it to: its mode, and once in a while an answer that is lost. */
export function scriptProvider(life: BillingLife, model: Model): { sync: () => void } {
  const { charge } = life.provider;
  let nextUnknown = false;
  let mode = model.mode;
  life.provider.charge = (request: ChargeRequest) => {
    const answers = { ok: 'ok', soft: 'decline:generic_decline', hard: 'decline:stolen_card' } as const;
    life.provider.script({ next: [nextUnknown ? 'timeout_after' : answers[mode]] });
    nextUnknown = false;
    return charge.call(life.provider, request);
  };
  // Taken before the model runs its step and uses the lost answer up.
  return {
    sync: () => {
      nextUnknown = model.nextUnknown;
      mode = model.mode;
    },
  };
}

export async function carryOut(real: Real, step: Step): Promise<Answer | null> {
  const { life, plans, subscribed } = real;
  const { context, call } = life;
  const { id, customerId } = subscribed;
  switch (step.command) {
    case 'change': {
      const { plan, quantity, proration, effective } = step;
      return changeSubscription(context, call, id, { planId: plans[plan], quantity, proration, effective });
    }
    case 'pause':
      return pauseSubscription(context, call, id, {
        resumesAt: step.days === null ? null : life.now() + step.days * DAY_MS,
      });
    case 'resume':
      return resumeSubscription(context, call, id);
    case 'cancel':
      return cancelSubscription(context, call, id, { reason: null, at: step.at });
    case 'uncancel':
      return uncancelSubscription(context, call, id);
    case 'newMethod':
      return setDefaultMethod(context, call, { customerId, id: await life.addMethod(customerId, 'tok_ok') });
    case 'refund':
      return refund(real, step.share);
    case 'duplicateWebhook': {
      const attempts = await life.rows('payment_attempts', id);
      for (const { id: attemptId } of [...attempts, ...attempts]) {
        const event = {
          tenantId: life.tenantId,
          attemptId,
          consumer: 'model',
          eventId: `evt_${attemptId}_${life.now()}`,
        };
        await applyProviderEvent(context, event);
      }
      return null;
    }
    case 'create':
    case 'trial':
    case 'advanceClock':
    case 'payOk':
    case 'payFail':
    case 'unknownThenFound':
      return null;
    default:
      return assertNever(step);
  }
}

/** By way of the verb, which waits for the refund's own workflow. */
async function refund({ life, subscribed }: Real, share: number): Promise<Answer | null> {
  const { context, owner, tenantId } = life;
  const [payment] = await owner<{ id: PaymentId; totalMinor: number }[]>`
    select p.id, i.total_minor from payments p join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    where p.tenant_id = ${tenantId} and p.subscription_id = ${subscribed.id} and p.captured_minor > 0 and i.status = 'paid'
    order by i.id desc, p.id desc limit 1`;
  if (!payment) return null;
  const input = { amountMinor: shareOf(payment.totalMinor, share), reason: null, note: null };
  const send = context.sendIntents;
  const awake: Promise<unknown>[] = [];
  context.sendIntents = (owed) => {
    send(owed);
    awake.push(...owed.map((intent) => driveSteps(context, refOf(intent))));
  };
  try {
    return await refundPayment(context, life.call, payment.id, input);
  } finally {
    context.sendIntents = send;
    await Promise.all(awake);
  }
}

export async function stateOf({ life, plans, subscribed }: Real) {
  const { id } = subscribed;
  const [sub, invoices, attempts, refunds, ledger] = await Promise.all([
    life.sub(id),
    life.rows('invoices', id),
    life.rows('payment_attempts', id),
    life.rows('refunds', id),
    life.owner<{ account: string; sum: number }[]>`
      select account, sum(amount_minor)::int as sum from ledger_entries where tenant_id = ${life.tenantId}
      group by 1 having sum(amount_minor) <> 0 order by 1`,
  ]);
  const { status, quantity, periodStartAt, periodEndAt, creditBalanceMinor, cancelAt, pauseRemainingMs } = sub;
  return {
    ...{ status, quantity, plan: sub.planId === plans.large ? 'large' : 'small', periodStartAt, periodEndAt },
    ...{ creditMinor: creditBalanceMinor, cancelAt, pauseRemainingMs: status === 'paused' ? pauseRemainingMs : null },
    waitsFor: sub.pendingChange?.waitsFor ?? null,
    invoices: invoices.map((row) => [row.kind, row.status, row.subtotalMinor, row.totalMinor]),
    ledger: Object.fromEntries(ledger.map(({ account, sum }) => [account, sum])),
    attemptCount: attempts.length,
    refundedMinor: refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
  };
}
