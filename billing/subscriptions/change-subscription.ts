import { performance } from 'node:perf_hooks';
import type { Answer } from '../../contracts/answer.ts';
import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { describeChange } from '../../domain/describe-change.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Command } from '../../domain/subscriptions/subscription.ts';
import { type Enter, openGates, withPlaces } from '../attempts/provider-gates.ts';
import { synchronousDeadlineMs } from '../attempts/send-charge.ts';
import type { Call } from '../call.ts';
import { useMethod } from '../collection/use-method.ts';
import type { BillingContext } from '../context.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { emit, writeAudit } from '../subscription-work/subscription-work.ts';
import { carryOutChange } from './carry-out-change.ts';
import { changeOne, refuseUnless } from './change-one.ts';
import { decideUpgrade, type LeasedUpgrade, leaseUpgrade } from './charge-upgrade.ts';
import { mergeMetadata } from './merge-metadata.ts';
import { type ChangeInput, planSubscriptionChange } from './plan-subscription-change.ts';
import { renderChanged } from './render-changed.ts';

/**
 * R23. One transaction, but for an upgrade charged now: that goes the way of a create, with the call to the provider between
 * two transactions, and takes effect when it is paid.
 */
export function changeSubscription(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  input: ChangeInput,
): Promise<Answer> {
  const deadline = performance.now() + synchronousDeadlineMs;
  const { enter } = context.gates ?? openGates;
  return withPlaces(enter, (enterProvider) => change(context, call, { id, input, deadline, enter: enterProvider }));
}

async function change(
  context: BillingContext,
  call: Call,
  asked: { id: SubscriptionId; input: ChangeInput; deadline: number; enter: Enter },
): Promise<Answer> {
  const { id, input, deadline, enter } = asked;
  const charging: LeasedUpgrade[] = [];
  const answer = await changeOne(context, call, id, async (work) => {
    for (const command of commandsOf(input)) refuseUnless(work, command);
    const changes = Object.keys(input).filter((key) => key !== 'effective' && key !== 'proration');
    writeAudit(work, 'subscription.changed', id, { changes, ...describeAsked(work.sub, input) });
    if (input.metadata) work.sub.metadata = mergeMetadata(work.sub.metadata, input.metadata);
    if (input.paymentMethodId) await useMethod(work, input.paymentMethodId);
    const plan = await planSubscriptionChange(work, input);
    const charges = await carryOutChange(work, plan);
    const leased = charges ? leaseUpgrade(work, call.claim?.key ?? null, enter) : null;
    if (leased) charging.push(leased);
    emit(work, 'subscriptions.updated', () => ({
      subscription: subscriptionSnapshot(work.sub),
      changes: changedFields(input),
    }));
    return () => renderChanged(work, charges);
  });
  const [upgrade] = charging;
  if (!upgrade || answer.replayed || answer.status >= 400) return answer;
  return decideUpgrade(context, call, { ...upgrade, deadline });
}

function commandsOf(input: ChangeInput): Command[] {
  const commands: Command[] = [];
  if (input.planId !== undefined) commands.push('change_plan');
  if (input.quantity !== undefined) commands.push('change_quantity');
  if (input.nextBillingDate !== undefined) commands.push('change_date');
  if (input.paymentMethodId !== undefined) commands.push('change_payment_method');
  if (input.metadata !== undefined) commands.push('change_metadata');
  return commands;
}

function changedFields(input: ChangeInput): string[] {
  const names = {
    planId: 'plan_id',
    quantity: 'quantity',
    nextBillingDate: 'next_billing_date',
    paymentMethodId: 'payment_method_id',
    metadata: 'metadata',
  };
  return Object.entries(names)
    .filter(([key]) => input[key as keyof ChangeInput] !== undefined)
    .map(([, name]) => name);
}

/** What is asked, against what is: it takes effect now, at the period's end, or once it is paid. */
function describeAsked(sub: SubscriptionRow, input: ChangeInput): object {
  const { planId, quantity, paymentMethodId } = sub;
  const asked = {
    planId: input.planId ?? planId,
    quantity: input.quantity ?? quantity,
    paymentMethodId: input.paymentMethodId ?? paymentMethodId,
  };
  const told = ['planId', 'quantity', 'paymentMethodId'] as const;
  const { before, after } = describeChange({ planId, quantity, paymentMethodId }, asked, told);
  return { before, after, effective: input.effective };
}
