import { answered, rest } from '../../shared/rest/client.ts';
import { asProblem } from '../../shared/rest/problem.ts';
import type { Customer } from '../../shared/rest/types.ts';

/** As many as one looks through; whoever is not among them is found by more of the name. */
const foundMax = 10;

export interface Found {
  customers: Customer[];
  hasMore: boolean;
}

/** By the whole id, else by what a name or an e-mail begins with. */
export async function findCustomers(text: string, status?: Customer['status']): Promise<Found> {
  if (text.startsWith('cus_') && !text.includes('@')) return findById(text);
  const query = { text, status, limit: foundMax };
  const { data, has_more } = await answered(rest.GET('/v1/customers', { params: { query } }));
  return { customers: data, hasMore: has_more };
}

async function findById(customer_id: string): Promise<Found> {
  try {
    const customer = await answered(rest.GET('/v1/customers/{customer_id}', { params: { path: { customer_id } } }));
    return { customers: [customer], hasMore: false };
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
    return { customers: [], hasMore: false };
  }
}
