import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { LookUpRequest, PaymentProvider, ProviderEvent } from '../port.ts';
import { ProviderError } from '../provider-error.ts';

/** An implementation together with the levers that stand for its customers, its faults and its clock. */
export interface PaymentProviderSubject {
  provider: PaymentProvider;
  webhookSecret: string;
  webhookSettings: Readonly<Record<string, string>>;
  /** The account its events name for this tenant. */
  accountRefOf: (tenantId: string) => string | null;
  script: (script: { tenantId: string; next: string[] }) => Promise<void>;
  /** Rejects when the provider refuses the decision. */
  decideAction: (url: string, result: 'succeeded' | 'failed') => Promise<void>;
  setClockOffset: (offsetMs: number) => Promise<void>;
  /** The first event about this attempt, waited for. */
  webhookFor: (attemptId: string) => Promise<{ headers: Record<string, string>; rawBody: Uint8Array }>;
  /** How the failure reads that certainly charged nothing; default `{ kind: 'not_sent' }`. */
  unreachableFailure?: object;
  /** False where a refused refund leaves no object behind for a look-up. */
  keepsRejectedRefunds?: boolean;
  /** Headers that turn a true delivery into a forged one; default those of Standard Webhooks. */
  forgedHeaders?: readonly Record<string, string>[];
  /** Every delivery so far, oldest first. */
  deliveries?: () => readonly { headers: Record<string, string>; rawBody: Uint8Array }[];
  /** The customer on the page of a begun set-up: saves what this token stands for. */
  finishSetup?: (url: string, token: string) => Promise<void>;
  /** The customer's bank takes a captured charge back, and decides in the end. */
  disputes?: {
    open: (charge: { tenantId: string; providerChargeId: string; amountMinor: number }) => Promise<void>;
    settle: (charge: { tenantId: string; providerChargeId: string; result: 'won' | 'lost' }) => Promise<void>;
  };
  close: () => Promise<void>;
}

export type CurrentSubject = () => PaymentProviderSubject;

export function newTenant(): string {
  return `ten_${randomUUID()}`;
}

export interface Payer {
  tenantId: string;
  providerMethodId: string;
}

export async function newPayer(
  { provider }: Pick<PaymentProviderSubject, 'provider'>,
  token = 'tok_ok',
  tenantId = newTenant(),
): Promise<Payer> {
  const { providerMethodId } = await provider.attachMethod({ tenantId, token, idempotencyKey: randomUUID() });
  return { tenantId, providerMethodId };
}

/** A charge of 19.99 with three seconds to go; the key derives from the attempt. */
export function chargeRequest(payer: Payer, attemptId: string = randomUUID(), timeoutMs = 3_000) {
  return {
    ...payer,
    attemptId,
    idempotencyKey: `key-${attemptId}`,
    amountMinor: 1999,
    currency: 'USD',
    description: 'Renewal 4',
    deadlineAtMonotonicMs: performance.now() + timeoutMs,
  };
}

export function lookUpRequest(of: { tenantId: string; attemptId: string; providerChargeId?: string }): LookUpRequest {
  return { providerChargeId: null, firstSentAt: new Date(Date.now() - 60_000), timeoutMs: 3_000, ...of };
}

export async function chargesOf({ provider }: Pick<PaymentProviderSubject, 'provider'>, tenantId: string) {
  return (await provider.listCharges({ tenantId, limit: 100 })).charges;
}

export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const result = await call.catch((error: unknown) => error);
  if (result instanceof ProviderError) return result;
  throw new Error(`expected a ProviderError, got ${JSON.stringify(result)}`, { cause: result });
}

/** The first delivered event that says so, read as the webhook endpoint reads it; waited for. */
export async function deliveredEvent(
  { provider, deliveries, webhookSecret: secret, webhookSettings: settings }: PaymentProviderSubject,
  says: (event: ProviderEvent) => boolean,
): Promise<ProviderEvent> {
  if (deliveries === undefined) throw new Error('this subject keeps no deliveries');
  let found: ProviderEvent | undefined;
  const look = async (): Promise<boolean> => {
    const now = new Date();
    const events = deliveries().map((delivery) => provider.parseWebhook({ ...delivery, secret, settings, now }));
    found = (await Promise.all(events)).find(says);
    return found !== undefined;
  };
  await expect.poll(look, { timeout: 10_000 }).toBe(true);
  if (found === undefined) throw new Error('an event was found and is gone');
  return found;
}
