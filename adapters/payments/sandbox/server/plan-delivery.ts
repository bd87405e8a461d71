import { assertNever } from '../../../../domain/invariant.ts';
import type { Delivery } from '../delivery.ts';

/** What is wrong with an event's first delivery, or when that is. */
export type DeliveryFlaw = 'early' | 'reorder' | 'bad_signature' | 'old_timestamp';

export interface DeliveryPlan {
  waitMs: number;
  copies: number;
  flaw: DeliveryFlaw | null;
}

/** Another event of the account lets go what waits to be overtaken; alone it waits no longer than this. */
const overtakenWithinMs = 5_000;
/** If this process dies while an early event is on its way, the due work delivers it. */
const earlyAgainMs = 10_000;
/** Twice what a receiver tolerates. */
const oldByMs = 600_000;

/** Null: it is never delivered. */
export function planDelivery(delivery: Delivery): DeliveryPlan | null {
  switch (delivery.kind) {
    case 'normal':
      return { waitMs: 0, copies: 1, flaw: null };
    case 'never':
      return null;
    case 'repeat':
      return { waitMs: 0, copies: delivery.count, flaw: null };
    case 'delay':
      return { waitMs: delivery.delayMs, copies: 1, flaw: null };
    case 'early':
      return { waitMs: earlyAgainMs, copies: 1, flaw: 'early' };
    case 'reorder':
      return { waitMs: overtakenWithinMs, copies: 1, flaw: 'reorder' };
    case 'bad_signature':
    case 'old_timestamp':
      return { waitMs: 0, copies: 1, flaw: delivery.kind };
    default:
      return assertNever(delivery);
  }
}

/** All copies at once; null when each was taken, else why one was not. */
export async function sendCopies(count: number, send: () => Promise<string | null>): Promise<string | null> {
  const results = await Promise.all(Array.from({ length: count }, send));
  return results.find((result) => result !== null) ?? null;
}

/** When a delivery with this flaw says it was sent. */
export function sentAtOf(flaw: string | null): Date {
  return new Date(Date.now() - (flaw === 'old_timestamp' ? oldByMs : 0));
}
