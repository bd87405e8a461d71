import { describe, expect, it } from 'vitest';
import { hashApiKeySecret, makeApiKey, parseApiKey, sameHash } from './api-key.ts';

describe('a key', () => {
  it.each([
    ['sandbox', 'rc_test_'],
    ['live', 'rc_live_'],
  ] as const)('of a %s tenant starts with %s, and is read as it was made', (mode, prefix) => {
    const { id, secret, text } = makeApiKey(mode);
    expect(text.startsWith(prefix)).toBe(true);
    expect(parseApiKey(text)).toEqual({ id, secret, mode });
  });

  it('is not read with any one character changed, left out or added', () => {
    const { text } = makeApiKey('sandbox');
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'a' ? 'b' : 'a';
      for (const between of ['', other, other + text[at]]) {
        expect(parseApiKey(text.slice(0, at) + between + text.slice(at + 1)), `at ${at}`).toBeNull();
      }
    }
  });

  it('is read whole or not at all', () => {
    const { text } = makeApiKey('live');
    for (const one of ['', ' ', `${text} `, ` ${text}`, `${text}\n`, text.toUpperCase(), text.slice(3)]) {
      expect(parseApiKey(one)).toBeNull();
    }
  });
});

it('the hash of a secret depends on the platform’s own secret, and is compared whole', () => {
  const { secret } = makeApiKey('sandbox');
  const hash = hashApiKeySecret(secret, 'one');
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(sameHash(hash, hashApiKeySecret(secret, 'one'))).toBe(true);
  expect(sameHash(hash, hashApiKeySecret(secret, 'two'))).toBe(false);
  expect(sameHash(hash, hash.slice(1))).toBe(false);
});
