import type { Interval } from '../calendar/interval.ts';
import type { PlanId, PriceId } from '../ids.ts';
import { invariant } from '../invariant.ts';
import { multiplyMinor } from '../money/money.ts';

/** A version of a plan's price (R30). It never changes: a new amount is a new version, and subscriptions keep the one they were sold. */
export interface Price {
  id: PriceId;
  planId: PlanId;
  version: number;
  model: 'flat' | 'per_unit';
  amountMinor: number;
  currency: string;
  interval: Interval;
}

/** Minor units for one full period: a flat price ignores the quantity, a per-unit price multiplies by it. */
export function amountFor(price: Pick<Price, 'model' | 'amountMinor'>, quantity: number): number {
  invariant(Number.isSafeInteger(quantity) && quantity > 0, `${quantity} is no quantity`);
  return price.model === 'flat' ? price.amountMinor : multiplyMinor(price.amountMinor, quantity);
}
