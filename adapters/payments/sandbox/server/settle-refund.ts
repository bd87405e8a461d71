import { emitEvent, type SandboxEvent } from './emit-event.ts';
import type { Sandbox } from './sandbox.ts';

export interface RefundRow {
  id: string;
  account: string;
  reference: string;
  charge_id: string;
  amount: number;
  currency: string;
  status: 'succeeded' | 'pending' | 'rejected' | 'failed';
  failure_code: string | null;
  message: string;
}

export function refundMessage(status: RefundRow['status'], failure: string | null): string {
  if (status === 'pending') return 'The refund is being processed.';
  if (status === 'succeeded') return 'The refund succeeded.';
  const reason = (failure ?? 'no reason').replaceAll('_', ' ');
  return `The refund ${status === 'failed' ? 'failed' : 'was rejected'}: ${reason}.`;
}

/** Pending refunds whose time has come are done or, if so scripted, failed; each tells of it. */
export async function settlePendingRefunds(sandbox: Sandbox, nowMs: number): Promise<void> {
  const due = sandbox.sql.all`SELECT * FROM refunds WHERE decide_at <= ${nowMs} LIMIT 100`;
  for (const row of due as unknown as (RefundRow & { decide_code: string | null })[]) {
    const failure = row.decide_code;
    const status = failure === null ? 'succeeded' : 'failed';
    const message = refundMessage(status, failure);
    const emitted = sandbox.transaction(() => {
      sandbox.sql.run`UPDATE refunds SET status = ${status}, failure_code = ${failure}, message = ${message},
        decide_at = NULL WHERE id = ${row.id}`;
      if (failure !== null) {
        sandbox.sql.run`UPDATE charges SET refunded = refunded - ${row.amount} WHERE id = ${row.charge_id}`;
      }
      return emitEvent(sandbox, refundUpdated({ ...row, status }));
    });
    await emitted.arrived();
  }
}

export function refundUpdated(refund: RefundRow): SandboxEvent {
  const { account, reference, id: refund_id, charge_id, status, amount, currency } = refund;
  return { type: 'refund.updated', account, reference, refund_id, charge_id, status, amount, currency };
}
