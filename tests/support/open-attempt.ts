import { attemptPayment } from '../../billing/collection/open-payment.ts';
import { workflowCaller } from '../../billing/context.ts';
import { settle } from '../../billing/subscription-work/settle.ts';
import { businessNow, loadWork } from '../../billing/subscription-work/subscription-work.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { PaymentId, SubscriptionId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { BillingFixture } from './billing-fixture.ts';

/** The next attempt of an open payment, as a process would open it that does not look whether there is one already. */
export async function openAttemptUnasked(
  { context, tenantId }: Pick<BillingFixture, 'context' | 'tenantId'>,
  id: SubscriptionId,
  paymentId: PaymentId,
): Promise<void> {
  await withTenant(context.database, tenantId, async (tx) => {
    const work = await loadWork(tx, id, workflowCaller);
    const payment = work?.open.payments.find((open) => open.id === paymentId);
    invariant(work && payment, `payment ${paymentId} is open`);
    await attemptPayment(work, payment, { trigger: 'retry', dueAt: businessNow(work) });
    await settle(work, 'command');
  });
}
