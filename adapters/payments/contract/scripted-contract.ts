import { afterAll, beforeAll, describe } from 'vitest';
import { describeScriptedDeliveries } from './scripted-deliveries.ts';
import { describeScriptedDisputes } from './scripted-disputes.ts';
import { describeScriptedEvents } from './scripted-events.ts';
import { describeScriptedRefunds } from './scripted-refunds.ts';
import { describeScriptedSetups } from './scripted-setups.ts';
import type { CurrentScripted, ScriptedSubject } from './scripted-subject.ts';

/**
 * What only a provider of our own can be made to do; the general contract runs beside it. A dialect of another provider has that
 * provider's set-up pages and events: what they promise is in the general contract.
 */
export function describeScriptedProviderContract(
  name: string,
  makeSubject: () => Promise<ScriptedSubject>,
  { listsEvents = true, ownSetups = true } = {},
): void {
  describe(`scripted provider contract: ${name}`, () => {
    let subject: ScriptedSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const current: CurrentScripted = () => subject;
    describeScriptedRefunds(current);
    describeScriptedDisputes(current);
    describeScriptedDeliveries(current);
    if (ownSetups) describeScriptedSetups(current);
    if (listsEvents) describeScriptedEvents(current);
  });
}
