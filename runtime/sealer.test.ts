import { expect, it } from 'vitest';
import { createSealer } from './sealer.ts';

const old = { name: 'k1', secret: 'a secret of some length' };
const newer = { name: 'k2', secret: 'another secret of some length' };
const sealer = createSealer([old]);

it('opens what it has sealed, and seals the same text differently each time', () => {
  const sealed = sealer.seal('sk_test_1', 'ten_1/stripe/test');
  expect(sealer.open(sealed, 'ten_1/stripe/test')).toBe('sk_test_1');
  expect(Buffer.from(sealed.sealed).toString('latin1')).not.toContain('sk_test_1');
  expect(sealer.seal('sk_test_1', 'ten_1/stripe/test').sealed).not.toEqual(sealed.sealed);
});

it('opens nothing that was altered, or moved to another row', () => {
  const { sealed, sealedBy } = sealer.seal('sk_test_1', 'ten_1/stripe/test');
  const altered = Uint8Array.from(sealed, (byte, index) => (index === sealed.length - 1 ? byte ^ 1 : byte));
  expect(() => sealer.open({ sealed: altered, sealedBy }, 'ten_1/stripe/test')).toThrow();
  expect(() => sealer.open({ sealed, sealedBy }, 'ten_2/stripe/test')).toThrow();
});

it('rotates: a new key seals, the old one still opens until it is gone', () => {
  const sealed = sealer.seal('sk_test_1', 'p');
  const rotated = createSealer([newer, old]);
  expect(rotated.open(sealed, 'p')).toBe('sk_test_1');
  expect(rotated.isCurrent(sealed.sealedBy)).toBe(false);
  expect(rotated.seal('x', 'p').sealedBy).toBe('k2');
  expect(() => createSealer([newer]).open(sealed, 'p')).toThrow('"k1", which is not configured');
});

it('refuses to work without keys, or with two of one name', () => {
  expect(() => createSealer([])).toThrow();
  expect(() => createSealer([old, { ...newer, name: 'k1' }])).toThrow();
});
