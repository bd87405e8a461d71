import type { DemoClient } from './demo-client.ts';

/** A link that signs a customer into the portal: good once, for five minutes. */
export async function makePortalLink(client: DemoClient, email: string): Promise<string> {
  const path = `/v1/customers?email=${encodeURIComponent(email)}&limit=1`;
  const [customer] = (await client.get<{ data: { customer_id: string }[] }>(path)).data;
  if (customer === undefined) throw new Error(`The demo has no customer ${email}.`);
  const made = await client.post<{ url: string }>(`/v1/customers/${customer.customer_id}/portal-session`);
  return made.url;
}
