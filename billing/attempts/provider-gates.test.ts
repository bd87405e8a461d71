import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRateLimiter } from '../../adapters/limits/memory-rate-limiter.ts';
import { createProviderGates, type ProviderGates } from './provider-gates.ts';

let now: number;
let gates: ProviderGates;
beforeEach(() => {
  now = 0;
  gates = createProviderGates({
    limitsOf: () => ({ perSecond: 2, waiting: 2, inLine: 3 }),
    rates: createMemoryRateLimiter(),
    now: () => now,
  });
});

const answers = (elapsedMs: number, failed = false) => gates.observe('card', { elapsedMs, failed });

describe('callers who wait', () => {
  it('get as many places as there are, each provider its own', () => {
    const first = gates.enter('card');
    gates.enter('card');
    expect(gates.enter('card')).toBeNull();
    expect(gates.enter('bank')).not.toBeNull();
    first?.leave();
    first?.leave();
    expect(gates.enter('card')).not.toBeNull();
    expect(gates.enter('card')).toBeNull();
  });

  it('go out at the provider’s rate', async () => {
    expect(await Promise.all([gates.take('card'), gates.take('card')])).toEqual([0, 0]);
    expect(await gates.take('card')).toBeGreaterThan(0);
    expect(await gates.take('bank')).toBe(0);
  });
});

describe('charges within a step', () => {
  it('begin with one, and are as many as there are places once that one was quick', () => {
    const first = gates.enterInLine('card');
    expect(first).not.toBeNull();
    expect(gates.enterInLine('card')).toBeNull();
    answers(20);
    first?.leave();
    expect([1, 2, 3, 4].map(() => gates.enterInLine('card') !== null)).toEqual([true, true, true, false]);
  });

  it('stop with a failure, and are tried again one by one after a while', () => {
    answers(20);
    answers(20, true);
    expect(gates.enterInLine('card')).toBeNull();
    now = 9_999;
    expect(gates.enterInLine('card')).toBeNull();
    now = 10_000;
    const probe = gates.enterInLine('card');
    expect(probe).not.toBeNull();
    expect(gates.enterInLine('card')).toBeNull();
    answers(20);
    probe?.leave();
    expect(gates.enterInLine('card')).not.toBeNull();
  });

  it('stop while the provider is slow, and for as long as one of them hangs', () => {
    answers(20);
    const hanging = gates.enterInLine('card');
    now = 1_001;
    expect(gates.enterInLine('card')).toBeNull();
    expect(gates.enterInLine('bank')).not.toBeNull();
    answers(20_000);
    hanging?.leave();
    expect(gates.enterInLine('card')).toBeNull();
  });
});
