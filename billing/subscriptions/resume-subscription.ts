import type { Answer } from '../../contracts/answer.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { type SubscriptionWork, writeAudit } from '../subscription-work/subscription-work.ts';
import { changeOne, refuseUnless } from './change-one.ts';
import { renderWork } from './render-subscription.ts';
import { resumeNow } from './resume-now.ts';

export function resumeSubscription(context: BillingContext, call: Call, id: SubscriptionId): Promise<Answer> {
  return changeOne(context, call, id, async (work) => {
    await resumeAsAsked(work);
    return async () => ({ status: 200, body: await renderWork(work) });
  });
}

/** R24: the kept time begins to run again. */
export async function resumeAsAsked(work: SubscriptionWork): Promise<void> {
  refuseUnless(work, 'resume');
  writeAudit(work, 'subscription.resumed', work.sub.id);
  await resumeNow(work);
}
