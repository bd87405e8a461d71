import type { Answer } from '../../contracts/answer.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { storeAnswer } from '../../db/queries/idempotency-keys.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { markSent } from '../attempts/mark-sent.ts';
import type { Enter } from '../attempts/provider-gates.ts';
import { sendCharge } from '../attempts/send-charge.ts';
import { loadAttemptIntoWork } from '../attempts/with-attempt.ts';
import type { Call } from '../call.ts';
import { applyChargeResult } from '../collection/apply-charge-result.ts';
import type { BillingContext } from '../context.ts';
import { settle } from '../subscription-work/settle.ts';
import { continueWork, lockAgain, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { renderChanged, renderUpgradeDeclined } from './render-changed.ts';

const leaseMs = 30 * SECOND_MS;

export interface LeasedUpgrade {
  work: SubscriptionWork;
  attempt: AttemptRow;
  leaseId: string;
}

/**
 * Within the transaction that planned the upgrade: its attempt is committed as `sent` by this process. Null when the provider has
 * no room for it now: the workflow makes the charge.
 */
export function leaseUpgrade(work: SubscriptionWork, claimKey: string | null, enter: Enter): LeasedUpgrade | null {
  const attempt = work.open.attempts.find(({ trigger, status }) => trigger === 'upgrade' && status === 'created');
  invariant(attempt, 'an upgrade to charge has its attempt');
  attempt.claimKey = claimKey;
  if (!enter(attempt.provider)) return null;
  const leaseId = markSent(work, attempt, leaseMs);
  return { work, attempt: { ...attempt }, leaseId };
}

/** The call, and the transaction that applies its outcome. The 202 stored by then is replaced by the settled answer. */
export async function decideUpgrade(
  context: BillingContext,
  call: Call,
  upgrade: LeasedUpgrade & { deadline: number },
): Promise<Answer> {
  const { attempt, leaseId } = upgrade;
  const sent = await sendCharge(context, attempt, upgrade.deadline);
  const decide = async (tx: TenantTransaction, version: number | null) => {
    const work = await continueWork(tx, upgrade.work, version, call.caller);
    const current = await loadAttemptIntoWork(work, attempt.id);
    const payment = work.open.payments.find(({ id }) => id === current.paymentId);
    invariant(payment, 'the upgrade has its payment');
    await applyChargeResult(work, current, sent.result, leaseId);
    const { intents } = await settle(work, 'command');
    const undecided = work.sub.pendingChange?.waitsFor === 'payment';
    const answer =
      current.status === 'declined' ? renderUpgradeDeclined(work, payment, current) : renderChanged(work, undecided);
    if (call.claim) storeAnswer(tx, call.claim, answer);
    return { answer, intents };
  };
  const decided = await withTenant(context.database, call.tenantId, decide, { opening: lockAgain(upgrade.work) });
  context.sendIntents(decided.intents);
  return decided.answer;
}
