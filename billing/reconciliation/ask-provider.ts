import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { DomainError } from '../../domain/errors.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { pause } from '../../runtime/pause.ts';
import { openGates } from '../attempts/provider-gates.ts';
import type { BillingContext } from '../context.ts';

/** A provider to be asked several times for one caller: within its rate, and until the caller's patience is over. */
export interface AskedProvider {
  readonly provider: PaymentProvider;
  /** When to stop asking for more, where something can be answered already. */
  isLate(): boolean;
  /** Waits for a call's turn; throws `provider_unavailable` where none comes in time. */
  turn(): Promise<void>;
}

const patienceMs = 10 * SECOND_MS;
/** Left beyond it for what is under way; together well below the time the gateway gives a call. */
const overtimeMs = 5 * SECOND_MS;

/** Takes one of the places of callers who wait, so that charges keep theirs, and leaves it at the end. */
export async function withProvider<T>(
  context: BillingContext,
  name: string,
  act: (asked: AskedProvider) => Promise<T>,
): Promise<T> {
  const gates = context.gates ?? openGates;
  const place = gates.enter(name);
  if (place === null) throw busy();
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  try {
    return await act({
      provider: context.provider(name),
      isLate: () => elapsedMs() > patienceMs,
      async turn() {
        for (let waitMs = await gates.take(name); waitMs > 0; waitMs = await gates.take(name)) {
          if (elapsedMs() + waitMs > patienceMs + overtimeMs) throw busy();
          await pause(waitMs);
        }
      },
    });
  } finally {
    place.leave();
  }
}

function busy(): DomainError {
  return new DomainError('provider_unavailable', 'Too many calls go to this provider just now; try again.');
}
