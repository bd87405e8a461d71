import type { ChargeOutcome, PaymentProvider } from '../../adapters/payments/port.ts';
import type { KnownOutcome } from '../collection/apply-charge-result.ts';
import { actionWindowMaxMs } from '../collection/resolve-schedule.ts';

/** For how long a customer is waited for: never longer than the provider keeps what is to be answered. */
export function actionWindowOf({ capabilities }: Pick<PaymentProvider, 'capabilities'>): number {
  return Math.min(actionWindowMaxMs, capabilities.actionWindowMs ?? actionWindowMaxMs);
}

export function knownOutcome(provider: PaymentProvider, outcome: ChargeOutcome): KnownOutcome {
  return outcome.kind === 'requires_action' ? { ...outcome, windowMs: actionWindowOf(provider) } : outcome;
}
