import { randomUUID } from 'node:crypto';
import type { FakeKeys } from './fake-keys.ts';
import type { FakeWebhooks } from './fake-webhooks.ts';
import type * as port from './port.ts';
import { ProviderError } from './provider-error.ts';

interface FakeSetup extends port.BegunSetup {
  tenantId: string;
  reference: string;
  returnUrl: string;
  result: port.SetupResult;
}

export interface FakeSetupParts {
  keys: FakeKeys;
  webhooks: FakeWebhooks;
  /** Throws `unknown_token`. */
  attach: (tenantId: string, token: string) => port.AttachedMethod;
  now: () => Date;
}

/** Set-ups by redirect; `complete` is what the customer does on the page. */
export class FakeSetups {
  readonly #parts: FakeSetupParts;
  readonly #setups: FakeSetup[] = [];

  constructor(parts: FakeSetupParts) {
    this.#parts = parts;
  }

  begin({ tenantId, setupId: reference, customerId, returnUrl, idempotencyKey: key }: port.BeginSetupRequest) {
    const request = { reference, customerId, returnUrl };
    return this.#parts.keys.use({ tenantId, key, request }, (claim): port.BegunSetup => {
      const providerSetupId = `sst_${randomUUID().replaceAll('-', '')}`;
      const begun = { providerSetupId, url: `https://sandbox.invalid/setups/${providerSetupId}` };
      this.#setups.push({ ...begun, tenantId, reference, returnUrl, result: { kind: 'open' } });
      claim.keep(() => begun);
      return begun;
    });
  }

  read({ tenantId, providerSetupId }: port.ReadSetupRequest): port.SetupResult {
    const setup = this.#setups.find((candidate) => candidate.providerSetupId === providerSetupId);
    if (setup?.tenantId !== tenantId) throw new ProviderError('rejected', 'unknown_setup');
    return setup.result;
  }

  /** `canceled` instead of a token leaves the page without one. Returns where the customer is led. */
  complete(url: string, choice: string): string {
    const setup = this.#setups.find((candidate) => candidate.url === url);
    if (setup === undefined) throw new Error(`no set-up at ${url}`);
    if (setup.result.kind === 'failed') throw new Error('setup_closed');
    if (setup.result.kind === 'open') this.#decide(setup, choice);
    const back = new URL(setup.returnUrl);
    back.searchParams.set('setup_id', setup.reference);
    return back.href;
  }

  #decide(setup: FakeSetup, choice: string): void {
    if (choice === 'canceled') {
      setup.result = { kind: 'failed', code: 'canceled', message: 'The set-up failed: canceled.' };
      return;
    }
    const { tenantId: account, reference, providerSetupId: setup_id } = setup;
    setup.result = { kind: 'completed', method: this.#parts.attach(account, choice) };
    const timestamp = this.#parts.now().toISOString();
    this.#parts.webhooks.add(reference, { type: 'setup.completed', timestamp, account, reference, setup_id });
  }
}
