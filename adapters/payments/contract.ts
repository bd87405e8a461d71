import { afterAll, beforeAll, describe } from 'vitest';
import { describeAttachedMethods } from './contract/attach-methods.ts';
import { describeKeyContract } from './contract/charge-once.ts';
import { describeTokenContract } from './contract/charge-tokens.ts';
import { describeDisputeContract } from './contract/dispute-charges.ts';
import { describeListContract } from './contract/list-charges.ts';
import { describeEventListContract } from './contract/list-events.ts';
import { describeRefundContract } from './contract/refund-charges.ts';
import { describeSetupContract } from './contract/set-up-methods.ts';
import { describeOpenChargeContract } from './contract/settle-open-charges.ts';
import type { CurrentSubject, PaymentProviderSubject } from './contract/subject.ts';

/** What every payment provider behind the port guarantees; billing relies on nothing else. */
export function describePaymentProviderContract(
  name: string,
  makeSubject: () => Promise<PaymentProviderSubject>,
): void {
  describe(`payment provider contract: ${name}`, () => {
    let subject: PaymentProviderSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const current: CurrentSubject = () => subject;
    describeAttachedMethods(current);
    describeTokenContract(current);
    describeKeyContract(current);
    describeOpenChargeContract(current);
    describeRefundContract(current);
    describeListContract(current);
    describeSetupContract(current);
    describeDisputeContract(current);
    describeEventListContract(current);
  });
}
