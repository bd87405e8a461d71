import { expect, it } from 'vitest';
import { factFromWire, factToWire, type ProviderFactInCode, providerFact } from './provider-fact.ts';

const facts: ProviderFactInCode[] = [
  { kind: 'charge_updated', attemptId: 'att_1', providerChargeId: null },
  { kind: 'refund_updated', refundId: null, providerRefundId: 're_1' },
  { kind: 'setup_updated', setupId: 'setup_1', providerSetupId: null },
  {
    kind: 'dispute_updated',
    dispute: {
      ...{ providerDisputeId: 'dp_1', attemptId: null, providerChargeId: 'ch_1', status: 'open', amountMinor: 1999 },
      ...{ currency: 'USD', reason: 'fraudulent', openedAt: '2026-03-31T12:00:00Z', evidenceDueAt: null },
    },
  },
];

it.each(facts)('carries $kind in the words of the wire, and back unchanged', (fact) => {
  const wire = factToWire(fact);
  expect(providerFact.parse(wire)).toEqual(wire);
  expect(JSON.stringify(wire)).not.toMatch(/"[a-z]+[A-Z]\w*":/);
  expect(factFromWire(wire)).toEqual(fact);
});
