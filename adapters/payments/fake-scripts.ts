import { type Behaviour, parseBehaviour } from './sandbox/behaviour.ts';
import { parseRefundBehaviour, type RefundBehaviour } from './sandbox/refund-behaviour.ts';

export interface FakeScript {
  operation?: 'charge' | 'refund';
  tenantId?: string;
  token?: string;
  /** As the sandbox's: `ok`, `decline:<code>`, `timeout_after`, `slow:<ms>` … (sandbox/behaviour.ts, sandbox/refund-behaviour.ts). */
  next: readonly string[];
}

interface Target {
  tenantId: string;
  token: string;
}

/** What the next charges and refunds are to do, each line for one. */
export class FakeScripts {
  readonly #lines: { operation: 'charge' | 'refund'; tenantId?: string; token?: string; behave: string }[] = [];

  add({ operation = 'charge', tenantId, token, next }: FakeScript): void {
    const parse = operation === 'charge' ? parseBehaviour : parseRefundBehaviour;
    for (const behave of next) {
      if (parse(behave) === null) throw new Error(`no such behaviour: ${behave}`);
      this.#lines.push({ operation, tenantId, token, behave });
    }
  }

  take(target: Target): Behaviour | null {
    return parseBehaviour(this.#next('charge', target));
  }

  takeRefund(target: Target): RefundBehaviour {
    return parseRefundBehaviour(this.#next('refund', target)) ?? { kind: 'ok' };
  }

  #next(operation: 'charge' | 'refund', target: Target): string {
    const fits = (wanted: string | undefined, is: string): boolean => wanted === undefined || wanted === is;
    const index = this.#lines.findIndex(
      (line) => line.operation === operation && fits(line.tenantId, target.tenantId) && fits(line.token, target.token),
    );
    return index < 0 ? '' : (this.#lines.splice(index, 1)[0]?.behave ?? '');
  }
}
