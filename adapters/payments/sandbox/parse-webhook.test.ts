import { describe, expect, it } from 'vitest';
import { ProviderError } from '../provider-error.ts';
import { readSandboxEvent } from './parse-webhook.ts';

const told = { timestamp: '2026-05-04T10:00:00.000Z', account: 'ten_1' };
const read = (event: object | string) =>
  readSandboxEvent('evt_1', Buffer.from(typeof event === 'string' ? event : JSON.stringify({ ...told, ...event })));

describe('an event of the sandbox provider', () => {
  it('needs no more than our own reference', () => {
    expect(read({ type: 'charge.updated', reference: 'att_1' }).fact).toEqual({
      ...{ kind: 'charge_updated', attemptId: 'att_1', providerChargeId: null },
    });
    expect(read({ type: 'refund.updated', reference: 'ref_1' }).fact).toEqual({
      ...{ kind: 'refund_updated', refundId: 'ref_1', providerRefundId: null },
    });
  });

  it('of a type nobody knows is kept without a fact', () => {
    expect(read({ type: 'weather.changed' })).toEqual({
      ...{ eventId: 'evt_1', type: 'weather.changed', accountRef: 'ten_1', fact: null },
      occurredAt: new Date('2026-05-04T10:00:00Z'),
    });
  });

  it.each([
    ['no JSON', '{nope'],
    ['no account', { type: 'charge.updated', reference: 'att_1', account: '' }],
    ['no instant', { type: 'charge.updated', reference: 'att_1', timestamp: 'now' }],
    ['a charge without a reference', { type: 'charge.updated' }],
    ['a dispute without its state', { type: 'dispute.opened', reference: 'att_1' }],
  ])('is refused with %s', (_name, event) => {
    expect(() => read(event)).toThrow(ProviderError);
    expect(() => read(event)).toThrow(expect.objectContaining({ kind: 'rejected', code: 'bad_payload' }));
  });
});
