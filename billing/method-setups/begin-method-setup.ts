import type { BegunSetup } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import {
  insertMethodSetup,
  lockMethodSetup,
  type MethodSetupRow,
  updateMethodSetup,
} from '../../db/queries/method-setups.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { assertNever, invariant } from '../../domain/invariant.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { refuseUnknownCustomer } from '../customers/store-method.ts';
import { answerAroundCall } from '../idempotency/answer-around-call.ts';
import { accountRefusalOf, refuseWithoutAccount } from '../provider-accounts/refuse-without-account.ts';
import { renderMethodSetup } from './render-method-setup.ts';

const keptOpenMs = DAY_MS;

export interface BeginSetupInput {
  provider: ProviderName;
  returnUrl: string;
  makeDefault: boolean;
}

/**
 * R63: the customer is sent to the provider's own page. Its row is there before the provider is asked; a process that dies in
 * between leaves one that nobody has the address of, and that expires.
 */
export function beginMethodSetup(
  context: BillingContext,
  call: Call,
  customerId: CustomerId,
  input: BeginSetupInput,
): Promise<Answer> {
  const { provider, returnUrl, makeDefault } = input;
  const { tenantId, caller } = call;
  const id = newId('methodSetup');
  return answerAroundCall<BegunSetup>(context, call, {
    check: async (tx) => {
      await refuseUnknownCustomer(tx, customerId);
      await refuseWithoutAccount(tx, provider);
      if (!context.provider(provider).capabilities.setup) {
        throw new DomainError('not_supported', 'This provider has no page of its own; attach a token.', {
          field: 'provider',
        });
      }
      const row: MethodSetupRow = {
        ...{ tenantId, id, customerId, provider, status: 'open', providerSetupId: null, url: null, returnUrl },
        ...{ makeDefault: makeDefault ? 'yes' : 'if_first', paymentMethodId: null, message: null },
        ...{ createdAt: tx.now, expiresAt: tx.now + keptOpenMs, settledAt: null },
      };
      await insertMethodSetup(tx, row);
      const details = { customer_id: customerId, provider };
      await insertAudits(tx, caller, [{ action: 'payment_method_setup.begun', resourceId: id, details }]);
    },
    ask: async () => {
      try {
        const request = { tenantId, setupId: id, customerId, returnUrl, idempotencyKey: id };
        return await context.provider(provider).beginSetup(request);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        await giveUp(context, call, { id, message: error.message });
        throw accountRefusalOf(error) ?? refusalOf(error);
      }
    },
    settle: async (tx, begun) => {
      const row = await lockMethodSetup(tx, id);
      invariant(row, `set-up ${id} was committed before the provider was asked`);
      const known = { ...row, providerSetupId: begun.providerSetupId, url: begun.url };
      await updateMethodSetup(tx, known);
      return { status: 201, body: renderMethodSetup(known, tx.now) };
    },
  });
}

/** No money moves by a set-up: one that did not begin is asked for anew, under another id. */
async function giveUp(
  context: BillingContext,
  call: Call,
  { id, message }: { id: MethodSetupRow['id']; message: string },
): Promise<void> {
  await withTenant(context.database, call.tenantId, async (tx) => {
    const row = await lockMethodSetup(tx, id);
    if (row?.status !== 'open') return;
    await updateMethodSetup(tx, { ...row, status: 'failed', message, settledAt: tx.now });
    await insertAudits(tx, call.caller, [
      { action: 'payment_method_setup.failed', resourceId: id, details: { message } },
    ]);
  });
}

function refusalOf(error: ProviderError): DomainError {
  switch (error.kind) {
    case 'rejected':
      return new DomainError('invalid_request', 'The payment provider refused to begin.', {
        provider_code: error.code,
      });
    case 'not_sent':
    case 'rate_limited':
    case 'unknown':
      return new DomainError('provider_unavailable', 'The payment provider did not answer; try again.');
    default:
      return assertNever(error.kind);
  }
}
