import { vi } from 'vitest';
import type { ProviderFact } from '../port.ts';
import { chargeRequest, newPayer, type PaymentProviderSubject } from './subject.ts';

/** A provider of ours, whose faults, banks and customers do what a test asks for. */
export interface ScriptedSubject extends PaymentProviderSubject {
  scriptRefunds: (script: { tenantId: string; next: string[] }) => Promise<void>;
  /**
   * A deadline long enough to get as far as the provider on a busy machine: some ask it twice for one refund. Default 1.5 s.
   */
  lostAfterMs?: number;
  /** Absent where nothing is sent over a wire. */
  deliveryFaults?: {
    script: (script: { tenantId: string; next: string[] }) => Promise<void>;
    /** While true, whoever receives its events answers none with 2xx. */
    refuse: (refuses: boolean) => void;
  };
  openDispute: (providerChargeId: string, amountMinor?: number) => Promise<string>;
  settleDispute: (disputeId: string, result: 'won' | 'lost') => Promise<void>;
  /** How a refund reads that was pending and failed; default `refund_failed`. */
  failedRefundCode?: string;
  /** What the customer does on the page of a set-up of ours: a token, or `canceled`. Resolves to where that leads. */
  chooseMethod?: (url: string, choice: string) => Promise<string>;
  /** Every delivery so far whose text names this. */
  receivedAbout: (name: string) => { headers: Record<string, string>; rawBody: Uint8Array }[];
}

export type CurrentScripted = () => ScriptedSubject;

async function factsAbout(current: CurrentScripted, name: string): Promise<(ProviderFact | null)[]> {
  const { provider, webhookSecret: secret, webhookSettings: settings, receivedAbout } = current();
  const parsed = receivedAbout(name).map((delivery) =>
    provider.parseWebhook({ ...delivery, secret, settings, now: new Date() }),
  );
  return (await Promise.all(parsed)).map(({ fact }) => fact);
}

/** The first fact about this that fits, waited for. */
export function factAbout(current: CurrentScripted, name: string, fits: (fact: ProviderFact) => boolean) {
  return vi.waitFor(
    async () => {
      const fact = (await factsAbout(current, name)).find((candidate) => candidate !== null && fits(candidate));
      if (fact == null) throw new Error(`nothing of that kind was told about ${name}`);
      return fact;
    },
    { timeout: 10_000 },
  );
}

/** 19.99 that were captured; names of its own, so that deliveries about it can be told from others. */
export async function capturedCharge(current: CurrentScripted) {
  const { provider } = current();
  const payer = await newPayer(current());
  const attemptId = `att-of-${payer.tenantId}`;
  const outcome = await provider.charge(chargeRequest(payer, attemptId));
  if (outcome.kind !== 'succeeded') throw new Error(`expected a success, got ${outcome.kind}`);
  const { providerChargeId } = outcome;
  const refundId = `ref-of-${payer.tenantId}`;
  const common = { tenantId: payer.tenantId, providerChargeId };
  return {
    ...{ ...common, attemptId, refundId },
    refund: (amountMinor: number, { id = refundId, timeoutMs = 3_000 } = {}) =>
      provider.refund({
        ...common,
        refundId: id,
        idempotencyKey: `key-${id}`,
        amountMinor,
        currency: 'USD',
        deadlineAtMonotonicMs: performance.now() + timeoutMs,
      }),
    lookUp: () => provider.lookUpRefund({ ...common, refundId, providerRefundId: null, timeoutMs: 3_000 }),
    refundedMinor: async () =>
      (await provider.listCharges({ tenantId: payer.tenantId, limit: 10 })).charges[0]?.refundedMinor,
  };
}
