import { expect, it } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import { type AccountParts, refuseUnfitAccount } from './account-fields.ts';

const stripe: AccountParts = {
  ...{ provider: 'stripe', mode: 'test', allowsLocalProviders: true },
  credentials: { secret_key: 'sk_test_1' },
  settings: { base_url: 'http://127.0.0.1:8091' },
};
const custom: AccountParts = {
  ...{ provider: 'custom', mode: 'live', allowsLocalProviders: false },
  credentials: { signing_secret: 'whsec_0123456789abcdef' },
  settings: { base_url: 'https://pay.example.com', key_window_hours: '24' },
};

const refusedFields = (account: AccountParts): unknown => {
  try {
    refuseUnfitAccount(account);
  } catch (error) {
    return error instanceof DomainError
      ? (error.details['errors'] as { field: string }[]).map(({ field }) => field)
      : error;
  }
  return [];
};

it('takes what a provider needs', () => {
  expect(refusedFields(stripe)).toEqual([]);
  expect(refusedFields(custom)).toEqual([]);
});

it.each<[string, AccountParts, string[]]>([
  [
    'an address of its own where the operator has no dialects',
    { ...stripe, allowsLocalProviders: false },
    ['settings.base_url'],
  ],
  [
    'an address of its own for live charges',
    { ...stripe, mode: 'live', credentials: { secret_key: 'sk_live_1' } },
    ['settings.base_url'],
  ],
  ['a key of the other mode', { ...stripe, credentials: { secret_key: 'sk_live_1' } }, ['credentials.secret_key']],
  [
    'a live business without TLS',
    { ...custom, settings: { ...custom.settings, base_url: 'http://pay.example.com' } },
    ['settings.base_url'],
  ],
  [
    'an address with a user in it',
    { ...custom, settings: { ...custom.settings, base_url: 'https://a:b@pay.example.com' } },
    ['settings.base_url'],
  ],
  [
    'a key window of no hours',
    { ...custom, settings: { ...custom.settings, key_window_hours: '0' } },
    ['settings.key_window_hours'],
  ],
  [
    'what it does not know, and the lack of what it needs',
    { ...custom, credentials: { secret: 'x' } },
    ['credentials.secret', 'credentials.signing_secret'],
  ],
])('refuses %s, naming the field', (_, account, fields) => {
  expect(refusedFields(account)).toEqual(fields);
});
