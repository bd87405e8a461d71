import { afterAll, beforeAll, describe } from 'vitest';
import { describeDelivery } from './contract/deliver-in-order.ts';
import { describeFailures, describePassingFailures } from './contract/retry-and-dead-letter.ts';
import type { CurrentSubject, EventBusSubject } from './contract/subject.ts';

/** What every implementation of the port guarantees; relay and forwarder rely on nothing else. */
export function describeEventBusContract(name: string, makeSubject: () => Promise<EventBusSubject>): void {
  describe(`event bus contract: ${name}`, () => {
    let subject: EventBusSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const current: CurrentSubject = () => subject;
    describeDelivery(current);
    describeFailures(current);
    describePassingFailures(current);
  });
}
