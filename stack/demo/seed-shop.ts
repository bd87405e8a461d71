import { type DemoBank, subscribe } from './acts.ts';
import { createDemoClient, type DemoClient } from './demo-client.ts';
import { inLanes } from './in-lanes.ts';
import { type ShopCustomer, type ShopPlan, shopCustomers, shopPlans } from './shop.ts';

/** Few, since whoever just started the platform is looking at it. */
const livesAtOnce = 3;
const helpUrl = 'https://help.example.com/lighthouse-books';

interface Shop {
  url: string;
  apiKey: string;
  bank: DemoBank;
  /** What was made, out of how many; once per customer. */
  onProgress: (done: number, total: number) => void;
}

/**
 * Makes the demo's business over the public interface. What is there already stays: a chapter is noted at its customer when it
 * is made, and its calls carry the same keys when it is made again after an interruption.
 */
export async function seedShop(shop: Shop): Promise<void> {
  await keyed(shop, 'settings').put('/v1/tenant', { settings: { help_url: helpUrl } });
  const plans = await makePlans(shop);
  let done = 0;
  await inLanes(shopCustomers, livesAtOnce, async (person) => {
    await live(shop, plans, person);
    done += 1;
    shop.onProgress(done, shopCustomers.length);
  });
}

/** Calls that are named one after another: the same work asks for the same names. */
function keyed({ url, apiKey }: Shop, work: string): DemoClient {
  let count = 0;
  return createDemoClient(url, apiKey, () => {
    count += 1;
    return `demo-${work}-${count}`;
  });
}

async function makePlans(shop: Shop): Promise<Record<ShopPlan, string>> {
  type Plan = { plan_id: string; metadata: Record<string, string> };
  const { data } = await keyed(shop, 'plans').get<{ data: Plan[] }>('/v1/plans?limit=100');
  const made: Partial<Record<ShopPlan, string>> = {};
  for (const name of Object.keys(shopPlans) as ShopPlan[]) {
    const body = { ...shopPlans[name], metadata: { demo: name } };
    const known = data.find(({ metadata }) => metadata['demo'] === name);
    const plan = known ?? (await keyed(shop, `plan-${name}`).post<Plan>('/v1/plans', body));
    made[name] = plan.plan_id;
  }
  return made as Record<ShopPlan, string>;
}

interface Customer {
  customer_id: string;
  metadata: Record<string, string>;
}

/** Where the next chapter's number is kept. */
const noteOf = (chapter: number) => ({ metadata: { demo_chapter: String(chapter) } });

async function live(shop: Shop, plans: Record<ShopPlan, string>, person: ShopCustomer): Promise<void> {
  const { plan, token = 'tok_ok', subscription = {}, chapters = [], ...details } = person;
  const client = keyed(shop, person.email);
  const { data } = await client.get<{ data: Customer[] }>(`/v1/customers?email=${encodeURIComponent(person.email)}`);
  const known = data.find(({ metadata }) => metadata['demo_chapter'] !== undefined);
  const customer = known ?? (await client.post<Customer>('/v1/customers', { ...details, ...noteOf(0) }));
  const customerId = customer.customer_id;
  const written = Number(customer.metadata['demo_chapter']);
  const begun = { plan_id: plans[plan], ...subscription };
  // With keys of its own: whoever goes on where this was broken off may find it done, and every key after it the same.
  const beginning = keyed(shop, `${person.email}-subscribe`);
  for (let chapter = written; chapter <= chapters.length; chapter++) {
    const by = keyed(shop, `${person.email}-${chapter}`);
    const subscriptionId =
      (await findSubscription(by, customerId)) ??
      (await subscribe(beginning, { customerId, token, subscription: begun }));
    await chapters[chapter - 1]?.({ client: by, bank: shop.bank, customerId, subscriptionId });
    await by.put(`/v1/customers/${customerId}`, noteOf(chapter + 1));
  }
}

async function findSubscription(client: DemoClient, customerId: string): Promise<string | undefined> {
  const path = `/v1/subscriptions?customer_id=${customerId}&limit=1`;
  return (await client.get<{ data: { subscription_id: string }[] }>(path)).data[0]?.subscription_id;
}
