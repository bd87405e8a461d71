import { describe, expect, it } from 'vitest';
import type { ParseWebhookRequest } from '../port.ts';
import {
  type CurrentSubject,
  chargeRequest,
  failureOf,
  forgeries,
  lookUpRequest,
  namesOfOpen,
  newPayer,
  newTenant,
} from './subject.ts';

/** Charges that are not decided at once: the customer's action, pending, cancellation, and the events that tell of them. */
export function describeOpenChargeContract(current: CurrentSubject): void {
  describe('open charges', () => {
    describeActions(current);
    describeCancellation(current);
  });
  describe('webhooks', () => {
    describeWebhooks(current);
  });
}

async function openCharge(current: CurrentSubject, attemptId: string) {
  const { provider } = current();
  const payer = await newPayer(current(), 'tok_requires_action');
  const outcome = await provider.charge(chargeRequest(payer, attemptId));
  if (outcome.kind !== 'requires_action') throw new Error(`expected requires_action, got ${outcome.kind}`);
  const cancelRequest = {
    tenantId: payer.tenantId,
    attemptId,
    providerChargeId: outcome.providerChargeId,
    timeoutMs: 3_000,
  };
  const { providerChargeId } = outcome;
  const names = namesOfOpen(current(), { tenantId: payer.tenantId, attemptId, providerChargeId });
  const lookUp = () => provider.lookUp(lookUpRequest(names));
  return { ...outcome, tenantId: payer.tenantId, cancel: () => provider.cancelAttempt(cancelRequest), lookUp };
}

function describeActions(current: CurrentSubject): void {
  const results: ['succeeded' | 'failed', object][] = [
    ['succeeded', { kind: 'succeeded' }],
    ['failed', { kind: 'declined', declineKind: 'authentication_required' }],
  ];
  it.each(results)("the customer's action %s decides the charge", async (result, expected) => {
    const charge = await openCharge(current, `act-${result}`);
    await current().decideAction(charge.url, result);
    const staysOpen = result === 'failed' && current().habits?.refusalLeavesOpen;
    const outcome = staysOpen ? { kind: 'requires_action' } : expected;
    expect(await charge.lookUp()).toMatchObject({ kind: 'found', outcome });
  });

  it('keeps the first decision', async () => {
    const charge = await openCharge(current, 'act-twice');
    await current().decideAction(charge.url, 'succeeded');
    await expect(current().decideAction(charge.url, 'failed')).rejects.toThrow(/charge is|already_decided/);
    expect(await charge.lookUp()).toMatchObject({ outcome: { kind: 'succeeded' } });
  });

  it('a pending charge succeeds by itself and says so', async () => {
    const { provider, script, webhookFor } = current();
    const payer = await newPayer(current());
    await script({ tenantId: payer.tenantId, next: ['pending:50'] });
    const attemptId = `pending-${payer.tenantId}`;
    expect(await provider.charge(chargeRequest(payer, attemptId))).toMatchObject({ kind: 'pending' });
    await webhookFor(attemptId);
    const found = await provider.lookUp(lookUpRequest({ tenantId: payer.tenantId, attemptId }));
    expect(found).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' } });
  });
}

function describeCancellation(current: CurrentSubject): void {
  it('a canceled charge can capture no more, and canceling it again changes nothing', async () => {
    const charge = await openCharge(current, 'cancel-open');
    expect(await charge.cancel()).toEqual({ kind: 'canceled' });
    expect(await charge.cancel()).toEqual({ kind: 'canceled' });
    await expect(current().decideAction(charge.url, 'succeeded')).rejects.toThrow(/charge is|already_decided/);
    expect(await charge.lookUp()).toMatchObject({ outcome: { kind: 'declined', code: 'canceled' } });
  });

  it('canceling a charge already paid answers with its success', async () => {
    const charge = await openCharge(current, 'cancel-paid');
    await current().decideAction(charge.url, 'succeeded');
    if (current().habits?.capturesOnLookUp) await charge.lookUp();
    const { providerChargeId } = charge;
    const outcome = { kind: 'succeeded', providerChargeId };
    expect(await charge.cancel()).toMatchObject({ kind: 'already_decided', outcome });
  });

  it('a charge nobody answered is closed for good at the end of its window', async ({ skip }) => {
    const { actionWindowMs } = current().provider.capabilities;
    if (actionWindowMs === null) return skip();
    const charge = await openCharge(current, 'cancel-late');
    try {
      await current().setClockOffset(actionWindowMs - 60_000);
      expect(await charge.lookUp()).toMatchObject({ outcome: { kind: 'requires_action' } });
      await current().setClockOffset(actionWindowMs + 60_000);
      expect(await charge.cancel()).toEqual({ kind: 'canceled' });
    } finally {
      await current().setClockOffset(0);
    }
  });

  it("refuses to cancel another tenant's charge", async () => {
    const { providerChargeId, lookUp } = await openCharge(current, 'cancel-foreign');
    const request = { tenantId: newTenant(), attemptId: 'cancel-foreign', providerChargeId, timeoutMs: 3_000 };
    expect(await failureOf(current().provider.cancelAttempt(request))).toMatchObject({ kind: 'rejected' });
    expect(await lookUp()).toMatchObject({ outcome: { kind: 'requires_action' } });
  });
}

async function deliveryOf(current: CurrentSubject) {
  const attemptId = `hook-${newTenant()}`;
  const charge = await openCharge(current, attemptId);
  await current().decideAction(charge.url, 'succeeded');
  const { headers, rawBody } = await current().webhookFor(attemptId);
  const { webhookSecret: secret, webhookSettings: settings } = current();
  const request = { headers, rawBody, secret, settings, now: new Date() };
  return { attemptId, tenantId: charge.tenantId, request };
}

function describeWebhooks(current: CurrentSubject): void {
  it('names the account and the attempt of a decided charge', async () => {
    const { accountRefOf } = current();
    const { attemptId, tenantId, request } = await deliveryOf(current);
    const event = await current().provider.parseWebhook(request);
    expect(event).toMatchObject({ accountRef: accountRefOf(tenantId), fact: { kind: 'charge_updated', attemptId } });
    expect(event.eventId).not.toBe('');
    expect(Math.abs(event.occurredAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('refuses what was forged, altered, signed for another secret, stale or ahead (F15)', async () => {
    const { request } = await deliveryOf(current);
    const { provider, forgeriesOf = forgeriesOfStandardWebhooks } = current();
    const refused = forgeriesOf(request);
    expect(refused).not.toEqual([]);
    for (const each of refused) {
      const failure = await failureOf(provider.parseWebhook(each));
      expect(failure).toMatchObject({ kind: 'rejected', code: 'bad_signature' });
    }
  });
}

const forgeriesOfStandardWebhooks = (request: ParseWebhookRequest) =>
  forgeries(request, [{ 'webhook-id': 'evt_other' }, { 'webhook-signature': 'v1,' }]);
