import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { LookUpRequest, ParseWebhookRequest, PaymentProvider, ProviderEvent } from '../port.ts';
import { ProviderError } from '../provider-error.ts';

/** What a provider legitimately does otherwise; where a habit is absent, the suite's own rule holds. */
export interface ProviderHabits {
  /** Its list knows money that moved; an open charge is found by its own id only. */
  findsOpenByIdOnly: boolean;
  /** A reference is charged once, even after its key was forgotten: safer than what the suite asks for. */
  chargesReferenceOnce: boolean;
  /** A customer who refuses may come back, so that the refusal decides nothing. */
  refusalLeavesOpen: boolean;
  /** The customer agrees, the look-up captures. */
  capturesOnLookUp: boolean;
  /** A refused refund leaves no object behind. */
  forgetsRejectedRefunds: boolean;
  /** A charge under a dispute takes no refund at all, not even of what the dispute leaves. */
  disputeBarsRefunds: boolean;
  /** What the customer saved is made a method, and told of, only when the set-up is read. */
  completesSetupOnRead: boolean;
}

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
  /** Every delivery so far, oldest first. */
  deliveries?: () => readonly { headers: Record<string, string>; rawBody: Uint8Array }[];
  /** The customer on the page of a begun set-up: saves what this token stands for. */
  finishSetup?: (url: string, token: string) => Promise<void>;
  /** The customer's bank takes a captured charge back, and decides in the end. */
  disputes?: {
    open: (charge: { tenantId: string; providerChargeId: string; amountMinor: number }) => Promise<void>;
    settle: (charge: { tenantId: string; providerChargeId: string; result: 'won' | 'lost' }) => Promise<void>;
  };
  habits?: Partial<ProviderHabits>;
  /** Deliveries made false in every way its signature guards against; absent: those of Standard Webhooks. */
  forgeriesOf?: (genuine: ParseWebhookRequest) => ParseWebhookRequest[];
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

/** The ids of an open charge under which this provider finds it. */
export function namesOfOpen(
  { habits }: Pick<PaymentProviderSubject, 'habits'>,
  of: { tenantId: string; attemptId: string; providerChargeId: string },
): { tenantId: string; attemptId: string; providerChargeId?: string } {
  const { providerChargeId, ...names } = of;
  return habits?.findsOpenByIdOnly ? { ...names, providerChargeId } : names;
}

/** A delivery altered, signed for another secret, stale, ahead, without headers, and with each of these instead of its own. */
export function forgeries(
  request: ParseWebhookRequest,
  headersOf: readonly Record<string, string>[],
): ParseWebhookRequest[] {
  const altered = Buffer.from(Buffer.from(request.rawBody).toString().replace('succeeded', 'declined'));
  return [
    { ...request, rawBody: altered },
    { ...request, secret: 'whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHJlY2VpdmVy' },
    ...headersOf.map((headers) => ({ ...request, headers: { ...request.headers, ...headers } })),
    { ...request, headers: {} },
    { ...request, now: new Date(Date.now() + 6 * 60_000) },
    { ...request, now: new Date(Date.now() - 6 * 60_000) },
  ];
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
