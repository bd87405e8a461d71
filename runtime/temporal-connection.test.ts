import { expect, it } from 'vitest';
import { isVersionAtLeast } from './temporal-connection.ts';

it.each([
  ['1.32.0', '1.32.0', true],
  ['1.32.1', '1.32.0', true],
  ['1.33.0-152.2', '1.32.0', true],
  ['2.0.0', '1.32.0', true],
  ['1.31.9', '1.32.0', false],
  ['1.4.0', '1.32.0', false],
])('server %s against at least %s: %s', (version, minimum, expected) => {
  expect(isVersionAtLeast(version, minimum)).toBe(expected);
});
