import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { type ClaimResult, claimKey, storeAnswer } from '../../db/queries/idempotency-keys.ts';
import { findRefund } from '../../db/queries/refunds.ts';
import { readAsTenant, type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentId, RefundId } from '../../domain/ids.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import { pollUntil } from '../clocks/poll-until.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { refusalAsAnswer } from '../idempotency/refusal-as-answer.ts';
import { renderRefund } from './render-refund.ts';
import { type RefundInput, reserveOnPayment } from './reserve-on-payment.ts';

const lockMs = MINUTE_MS;
/** How long a caller waits for the refund's workflow before it is answered that it is under way. */
const answeredWithinMs = 4 * SECOND_MS;

interface Begun {
  /** A refusal, or what an earlier call with this key was answered. */
  answer: Answer | null;
  refundId: RefundId;
  intents: OwedIntent[];
  replayed: boolean;
}

/**
 * R42: reserves the amount in one transaction, leaves the call to the refund's own workflow, and answers what that has come to
 * within a few seconds: 201 done, 202 under way. The same key is answered with the same refund as it then stands.
 */
export async function refundPayment(
  context: BillingContext,
  call: Call,
  paymentId: PaymentId,
  input: RefundInput,
): Promise<Answer> {
  const id = newId('refund');
  const { claim } = call;
  const begun = await withTenant(
    context.database,
    call.tenantId,
    (tx, earlier: ClaimResult | null) => begin(tx, call, paymentId, { ...input, id, earlier }),
    { opening: async (opening) => (claim ? claimKey(opening, claim, lockMs, id) : null) },
  );
  context.sendIntents(begun.intents);
  if (begun.answer) return begun.answer;
  const answer = await answerOfRefund(context, call, begun.refundId);
  if (claim && answer.status === 201) {
    await withTenant(context.database, call.tenantId, async (tx) => storeAnswer(tx, claim, answer));
  }
  return begun.replayed ? { ...answer, replayed: true } : answer;
}

async function begin(
  tx: TenantTransaction,
  call: Call,
  paymentId: PaymentId,
  asked: RefundInput & { id: RefundId; earlier: ClaimResult | null },
): Promise<Begun> {
  const { id, earlier, ...input } = asked;
  const fresh: Begun = { answer: null, refundId: id, intents: [], replayed: false };
  const reserve = async (inner: TenantTransaction): Promise<Answer> => {
    fresh.intents = (await reserveOnPayment(inner, call.caller, paymentId, { ...input, id })).intents;
    return { status: 202, body: null };
  };
  const { claim } = call;
  if (!claim || !earlier) {
    await reserve(tx);
    return fresh;
  }
  if (earlier.kind === 'answered') return { ...fresh, answer: earlier.answer };
  if (earlier.kind === 'unsettled') return { ...fresh, refundId: earlier.resourceId as RefundId, replayed: true };
  const answer = await refusalAsAnswer(tx, reserve);
  if (answer.status === 202) return fresh;
  storeAnswer(tx, claim, answer);
  return { ...fresh, answer, intents: [] };
}

/** 201 once it is decided, 202 while it is not. */
async function answerOfRefund(context: BillingContext, call: Call, id: RefundId): Promise<Answer> {
  const read = () => readAsTenant(context.database, call.tenantId, (sql) => findRefund(sql, id));
  await pollUntil(answeredWithinMs, async () => isDecided((await read())?.status));
  const refund = await read();
  invariant(refund, `refund ${id} exists`);
  return { status: isDecided(refund.status) ? 201 : 202, body: renderRefund(refund) };
}

function isDecided(status: string | undefined): boolean {
  return status === 'succeeded' || status === 'rejected' || status === 'failed';
}

export async function readRefund(context: BillingContext, call: Call, id: RefundId): Promise<Answer> {
  const refund = await readAsTenant(context.database, call.tenantId, (sql) => findRefund(sql, id));
  if (!refund) throw new DomainError('not_found', 'unknown refund');
  return { status: 200, body: renderRefund(refund) };
}
