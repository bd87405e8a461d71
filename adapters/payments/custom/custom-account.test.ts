import { describe, expect, it } from 'vitest';
import type { ProviderAccount } from '../account.ts';
import { ProviderError } from '../provider-error.ts';
import { readCustomAccount } from './custom-account.ts';

const secret = 'whsec_YSBzZWNyZXQgb2YgdGhlIHRlc3Q=';

function account(mode: 'test' | 'live', settings: Record<string, string>, signing_secret = secret): ProviderAccount {
  return { mode, credentials: { signing_secret }, settings: { key_window_hours: '24', ...settings } };
}

describe('the account of a business that connects its own provider', () => {
  it.each([
    ['live', 'https://payments.example/redcore'],
    ['test', 'https://payments.example'],
    ['test', 'http://payments.example'],
    ['test', 'http://127.0.0.1:9000/custom/a'],
    ['test', 'http://localhost:9000'],
  ] as const)('of mode %s may be at %s', (mode, base_url) => {
    expect(readCustomAccount(account(mode, { base_url }))).toMatchObject({ mode, keyWindowMs: 86_400_000 });
  });

  const refused: [string, ProviderAccount][] = [
    ['without an address', account('test', {})],
    ['at no address', account('test', { base_url: 'payments' })],
    ['at another scheme', account('test', { base_url: 'ftp://payments.example' })],
    ['live without TLS', account('live', { base_url: 'http://payments.example' })],
    ['live on this machine', account('live', { base_url: 'https://127.0.0.1' })],
    ['live inside', account('live', { base_url: 'https://10.0.0.1' })],
    ['of test mode inside', account('test', { base_url: 'http://169.254.169.254/latest' })],
    ['with a user in the address', account('live', { base_url: 'https://me:secret@payments.example' })],
    ['with a query', account('live', { base_url: 'https://payments.example?a=b' })],
    ['with a short secret', account('live', { base_url: 'https://payments.example' }, 'short')],
    ['with a secret that is no base64', account('live', { base_url: 'https://a.example' }, 'whsec_!!!!!!!!!!!!!!!!!!')],
    ['without a key window', account('live', { base_url: 'https://payments.example', key_window_hours: '0' })],
    ['with a window nobody can read', account('live', { base_url: 'https://a.example', key_window_hours: 'a day' })],
  ];
  it.each(refused)('is not configured %s', (_name, given) => {
    expect(() => readCustomAccount(given)).toThrow(ProviderError);
    expect(() => readCustomAccount(given)).toThrow(
      expect.objectContaining({ kind: 'not_sent', code: 'not_configured' }),
    );
  });
});
