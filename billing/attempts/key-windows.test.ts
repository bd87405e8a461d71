import { describe, expect, it } from 'vitest';
import { createCustomProvider } from '../../adapters/payments/custom/custom-provider.ts';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { keyWindowsOf } from './key-windows.ts';

const hourMs = 3_600_000;

function customWith(settings: Record<string, string>) {
  const credentials = { signing_secret: 'whsec_YSBzZWNyZXQgb2YgdGhlIHRlc3Q=' };
  return createCustomProvider({ accountOf: async () => ({ mode: 'live', credentials, settings }) });
}

describe('key windows', () => {
  it("are the provider's own where all accounts share them", async () => {
    expect(await keyWindowsOf(new FakePaymentProvider(), 'ten_1')).toEqual({
      chargeMs: 24 * hourMs,
      refundMs: 24 * hourMs,
    });
  });

  it("are the account's where it declares them", async () => {
    const provider = customWith({ base_url: 'https://payments.example', key_window_hours: '6' });
    expect(await keyWindowsOf(provider, 'ten_1')).toEqual({ chargeMs: 6 * hourMs, refundMs: 6 * hourMs });
    provider.close();
  });

  it('are the least there is while the account cannot be opened', async () => {
    const unset = customWith({});
    expect(await keyWindowsOf(unset, 'ten_1')).toEqual({ chargeMs: hourMs, refundMs: hourMs });
    unset.close();
    const away = createCustomProvider({
      accountOf: () => Promise.reject(new ProviderError('not_sent', 'not_configured')),
    });
    expect(await keyWindowsOf(away, 'ten_1')).toEqual({ chargeMs: hourMs, refundMs: hourMs });
    away.close();
  });
});
