import { createHash, randomUUID } from 'node:crypto';
import type { AttachedMethod } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { DomainError } from '../../domain/errors.ts';
import { assertNever } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { accountRefusalOf } from '../provider-accounts/refuse-without-account.ts';

/** Exchanges a token for a method at the provider. No money moves, so whatever is not definite may simply be asked again. */
export async function askForMethod(
  context: BillingContext,
  call: Call,
  asked: { provider: string; token: string },
): Promise<AttachedMethod> {
  try {
    return await context.provider(asked.provider).attachMethod({
      tenantId: call.tenantId,
      token: asked.token,
      idempotencyKey: providerKeyOf(call),
    });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw accountRefusalOf(error) ?? refusalOf(error);
  }
}

/** The same request under the same key reaches the same provider-side method. */
function providerKeyOf({ tenantId, claim }: Call): string {
  if (!claim) return randomUUID();
  return createHash('sha256').update(`attach ${tenantId} ${claim.key} ${claim.hash}`).digest('hex');
}

function refusalOf(error: ProviderError): DomainError {
  switch (error.kind) {
    case 'rejected':
      return new DomainError('unknown_token', 'The provider does not know this token.', { field: 'token' });
    case 'not_sent':
    case 'rate_limited':
    case 'unknown':
      return new DomainError('provider_unavailable', 'The payment provider did not answer; try again.');
    default:
      return assertNever(error.kind);
  }
}
