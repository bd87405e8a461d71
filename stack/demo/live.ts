import { type DemoBank, subscribe } from './acts.ts';
import { advanceClock, type DemoClient } from './demo-client.ts';
import type { DemoPlan, Living, Story } from './stories.ts';

export const monthCount = 14;
/** Half a month: what happens in the middle of one has its turn. */
const stepOfMonth = 0.5;

const plans: Record<DemoPlan, Record<string, unknown>> = {
  basic: { name: 'Basic', amount: 900, currency: 'EUR', interval: 'month' },
  pro: { name: 'Pro', amount: 2900, currency: 'EUR', interval: 'month' },
  team: { name: 'Team seat', amount: 1500, currency: 'EUR', interval: 'month' },
  yearly: { name: 'Pro, yearly', amount: 29000, currency: 'EUR', interval: 'year' },
};

export async function makePlans(client: DemoClient): Promise<Record<DemoPlan, string>> {
  const made = await Promise.all(
    Object.entries(plans).map(async ([name, plan]) => [
      name,
      (await client.post<{ plan_id: string }>('/v1/plans', plan)).plan_id,
    ]),
  );
  return Object.fromEntries(made) as Record<DemoPlan, string>;
}

export async function begin(
  { client, bank }: { client: DemoClient; bank: DemoBank },
  madePlans: Record<DemoPlan, string>,
  story: Story,
): Promise<Living> {
  const name = story.who.split(',')[0] ?? story.who;
  const { customer_id: customerId } = await client.post<{ customer_id: string }>('/v1/customers', {
    email: `${name.toLowerCase()}@example.com`,
    name,
    timezone: 'Europe/Berlin',
  });
  const token = story.token ?? 'tok_ok';
  const subscription = { plan_id: madePlans[story.plan], ...story.create };
  const subscriptionId = await subscribe(client, { customerId, token, subscription });
  return { client, bank, subscriptionId, customerId, plans: madePlans };
}

/** Fourteen months on the subscription's own clock, half a month at a time; `onStep` counts the halves. */
export async function live(living: Living, story: Story, onStep: () => void): Promise<void> {
  for (let month = stepOfMonth; month <= monthCount; month += stepOfMonth) {
    await advanceClock(living.client, living.subscriptionId, month % 1 === 0 ? 'P16D' : 'P15D');
    await story.months?.[month]?.(living);
    onStep();
  }
}

export const stepsPerStory = monthCount / stepOfMonth;
