import { expect, it } from 'vitest';
import { createChainHash } from './chain-hash.ts';

const older = { name: 'k1', secret: 'the first secret of a chain' };
const newer = { name: 'k2', secret: 'the second secret of a chain' };

it('names the key in front, and verifies what an older one made', () => {
  const before = createChainHash([older], 'rows').of('text');
  const after = createChainHash([newer, older], 'rows');
  expect(before).toMatch(/^k1:[0-9a-f]{64}$/);
  expect(after.of('text')).toMatch(/^k2:[0-9a-f]{64}$/);
  expect(after.isOf(before, 'text')).toBe(true);
  expect(after.isOf(before, 'texT')).toBe(false);
});

it('says nothing of a key it does not have', () => {
  const hash = createChainHash([older], 'rows').of('text');
  expect(createChainHash([newer], 'rows').isOf(hash, 'text')).toBeNull();
});

it('cannot be made with another secret under the same name, nor for another purpose', () => {
  const hash = createChainHash([older], 'rows');
  expect(hash.isOf(createChainHash([{ ...newer, name: 'k1' }], 'rows').of('text'), 'text')).toBe(false);
  expect(hash.isOf(createChainHash([older], 'heads').of('text'), 'text')).toBe(false);
  expect(hash.isOf('k1:short', 'text')).toBe(false);
});
