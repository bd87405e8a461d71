import type { Answer } from '../../contracts/answer.ts';
import { findInvoice } from '../../db/queries/invoices.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { InvoiceId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { settle } from '../subscription-work/settle.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { renderInvoice } from './render-invoice.ts';

/** Every command on an invoice: one transaction, its answer stored under the key, then what is owed to a workflow. */
export async function changeInvoice(
  context: BillingContext,
  call: Call,
  act: (tx: TenantTransaction) => Promise<{ work: SubscriptionWork; id: InvoiceId; status: number }>,
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const { work, id, status } = await act(tx);
    owed.push(...(await settle(work, 'command')).intents);
    const invoice = await findInvoice(tx.sql, id);
    invariant(invoice, `invoice ${id} exists`);
    return { status, body: renderInvoice(invoice) };
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}
