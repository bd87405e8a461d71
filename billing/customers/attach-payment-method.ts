import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerAroundCall } from '../idempotency/answer-around-call.ts';
import { refuseWithoutAccount } from '../provider-accounts/refuse-without-account.ts';
import { applyDefaultMethod, type OwedCollection } from '../subscriptions/apply-default-method.ts';
import { askForMethod } from './ask-for-method.ts';
import { refuseUnknownCustomer, storeMethod } from './store-method.ts';

export interface AttachMethodInput {
  provider: string;
  token: string;
  makeDefault: boolean;
}

/** R31: only the provider's token is kept. The first method becomes the default. */
export async function attachPaymentMethod(
  context: BillingContext,
  call: Call,
  customerId: CustomerId,
  input: AttachMethodInput,
): Promise<Answer> {
  const { provider, token, makeDefault } = input;
  const owed: OwedCollection[] = [];
  const answer = await answerAroundCall(context, call, {
    check: async (tx) => {
      await refuseUnknownCustomer(tx, customerId);
      await refuseWithoutAccount(tx, provider);
      if (context.provider(provider).capabilities.attach) return;
      throw new DomainError('not_supported', 'This provider takes no token; set the method up at its own page.', {
        field: 'provider',
      });
    },
    ask: () => askForMethod(context, call, { provider, token }),
    settle: async (tx, attached) => {
      const id = newId('paymentMethod');
      const method = await storeMethod(tx, call.caller, { ...attached, id, customerId, provider, makeDefault });
      owed.push(...method.owed);
      return { status: 201, body: method.stored };
    },
  });
  await applyDefaultMethod(context, call.caller, owed);
  return answer;
}
