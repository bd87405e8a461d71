import { problemOf } from '../../contracts/problem.ts';
import { newId } from '../../db/new-id.ts';
import { type ClaimResult, claimKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import { type OpeningTransaction, type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Enter } from '../attempts/provider-gates.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { isFinalRefusal } from '../idempotency/refusal-as-answer.ts';
import { type BegunSubscription, beginSubscription, firstChargeLeaseMs } from './begin-subscription.ts';
import type { CreateSubscriptionInput } from './new-subscription.ts';
import { renderCreatedAgain } from './render-created.ts';

/** The first transaction of a create, once per idempotency key: a repeated one is answered with what the first has come to. */
export async function claimAndBegin(
  context: BillingContext,
  call: Call,
  input: CreateSubscriptionInput,
  enter?: Enter,
): Promise<BegunSubscription> {
  const id = newId('subscription');
  const begin = (tx: TenantTransaction) => beginSubscription(tx, call, input, id, enter);
  try {
    return await beginUnderClaim(context, call, id, begin);
  } catch (error) {
    if (!call.claim || !isFinalRefusal(error)) throw error;
    // All of it is rolled back; the refusal is stored by itself, so that a repeated key gets it again.
    const refused = { answer: problemOf(error), sending: null, intents: [] };
    return beginUnderClaim(context, call, id, async () => refused);
  }
}

function beginUnderClaim(
  context: BillingContext,
  { tenantId, claim }: Call,
  id: SubscriptionId,
  begin: (tx: TenantTransaction) => Promise<BegunSubscription>,
): Promise<BegunSubscription> {
  if (!claim) return withTenant(context.database, tenantId, begin);
  const opening = (transaction: OpeningTransaction) => claimKey(transaction, claim, firstChargeLeaseMs, id);
  const beginning = async (tx: TenantTransaction, earlier: ClaimResult): Promise<BegunSubscription> => {
    if (earlier.kind === 'answered') return { answer: earlier.answer, sending: null, intents: [] };
    if (earlier.kind === 'unsettled') {
      return { answer: await renderCreatedAgain(tx, earlier.resourceId), sending: null, intents: [] };
    }
    const begun = await begin(tx);
    // An undecided answer is not stored: a repeated key gets the state it has come to by then.
    if (begun.answer && begun.answer.status !== 202) storeAnswer(tx, claim, begun.answer);
    return begun;
  };
  return withTenant(context.database, tenantId, beginning, { opening });
}
