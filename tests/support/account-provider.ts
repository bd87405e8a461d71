import type { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import type { AttachedMethod, PaymentProvider, SetupResult } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { createAccountSource } from '../../billing/provider-accounts/open-account.ts';
import { watchCredentials } from '../../billing/provider-accounts/watch-credentials.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { testSealing } from './test-sealer.ts';

export const goodKey = 'sk_test_51accepted0001';
/** What the provider of this file answers with 401. */
export const revokedKey = 'sk_test_51revoked00002';

export interface AccountProvider {
  /** As a process registers it: watched. */
  provider: PaymentProvider;
  /** The keys the provider was shown, one per call that reached it. */
  shown: string[];
  /** What a set-up comes to; `open` until it is said. Throws what is an error. */
  setups: Map<string, SetupResult | ProviderError>;
  begun: string[];
  /** Thrown by the next `beginSetup`. */
  failNextBegin: (error: ProviderError) => void;
}

/** `stripe` as the platform sees it: in memory, with an account per tenant and a set-up page. */
export function createAccountProvider(fake: FakePaymentProvider, database: TenantDatabase): AccountProvider {
  const accountOf = createAccountSource({ database, sealer: testSealing.sealer }, 'stripe');
  const shown: string[] = [];
  const begun: string[] = [];
  const setups: AccountProvider['setups'] = new Map();
  let beginError: ProviderError | null = null;

  async function enter({ tenantId }: { tenantId: string }): Promise<void> {
    const { credentials } = await accountOf(tenantId);
    const key = credentials['secret_key'] ?? '';
    shown.push(key);
    if (key === revokedKey) throw new ProviderError('not_sent', 'credentials_refused', { message: 'Expired API key' });
  }

  const entered = <Request extends { tenantId: string }, Result>(ask: (request: Request) => Promise<Result>) => {
    return async (request: Request): Promise<Result> => {
      await enter(request);
      return ask(request);
    };
  };

  const provider: PaymentProvider = {
    name: 'stripe',
    capabilities: { ...fake.capabilities, setup: true },
    attachMethod: entered((request) => fake.attachMethod(request)),
    charge: entered((request) => fake.charge(request)),
    lookUp: entered((request) => fake.lookUp(request)),
    cancelAttempt: entered((request) => fake.cancelAttempt(request)),
    refund: entered((request) => fake.refund(request)),
    lookUpRefund: entered((request) => fake.lookUpRefund(request)),
    listCharges: entered((request) => fake.listCharges(request)),
    listEvents: entered((request) => fake.listEvents(request)),
    parseWebhook: (request) => fake.parseWebhook(request),
    beginSetup: entered(async ({ setupId }) => {
      if (beginError) {
        const error = beginError;
        beginError = null;
        throw error;
      }
      begun.push(setupId);
      return { providerSetupId: `seti_${setupId}`, url: `https://pay.example/${setupId}` };
    }),
    readSetup: entered(async ({ setupId }) => {
      const result = setups.get(setupId) ?? { kind: 'open' as const };
      if (result instanceof ProviderError) throw result;
      return result;
    }),
  };
  return {
    provider: watchCredentials(database, provider),
    shown,
    setups,
    begun,
    failNextBegin: (error) => {
      beginError = error;
    },
  };
}

/** A method that the provider's page has set up, chargeable by the fake behind it. */
export async function completedSetup(fake: FakePaymentProvider, tenantId: string): Promise<SetupResult> {
  const request = { tenantId, token: 'tok_ok', idempotencyKey: crypto.randomUUID() };
  const method: AttachedMethod = await fake.attachMethod(request);
  return { kind: 'completed', method };
}
