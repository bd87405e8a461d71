import { afterAll, beforeAll, describe } from 'vitest';
import { describeScriptedDisputes } from './scripted-disputes.ts';
import { describeScriptedEvents } from './scripted-events.ts';
import { describeScriptedRefunds } from './scripted-refunds.ts';
import { describeScriptedSetups } from './scripted-setups.ts';
import type { CurrentScripted, ScriptedSubject } from './scripted-subject.ts';

/** What only a provider of our own can be made to do; the general contract runs beside it. */
export function describeScriptedProviderContract(
  name: string,
  makeSubject: () => Promise<ScriptedSubject>,
  { listsEvents = true } = {},
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
    describeScriptedSetups(current);
    if (listsEvents) describeScriptedEvents(current);
  });
}
