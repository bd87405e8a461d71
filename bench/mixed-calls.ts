import { randomUUID } from 'node:crypto';
import type { BenchPlatform } from './bench-platform.ts';
import { call, callForBody, type Reply } from './http-client.ts';

/** `shed`: turned away by limit or load, before anything was done. What failed says with which status and code. */
export type Fate = 'answered' | 'shed' | `failed with ${string}`;

interface Toggled {
  id: string;
  isSet: boolean;
}

export interface MixedTenant {
  tenantId: string;
  key: string;
  planId: string;
  customerId: string;
  methodId: string;
  /** Read and changed by many at once. */
  subscriptionIds: string[];
  /** Each in the hand of one call at a time: canceled at its period's end, and back. */
  cancelable: Toggled[];
  /** Paused and resumed, as those before. */
  pausable: Toggled[];
}

interface Spelled {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  /** Tells what became of the call, so that its subject can be taken again. */
  settle?: (fate: Fate) => void;
}

/** Per hundred calls: 75 reads, 15 changes, 5 lists, 4 creates, 1 command that wakes a workflow. */
const kinds = [
  ...Array<'read'>(75).fill('read'),
  ...Array<'change'>(15).fill('change'),
  ...Array<'list'>(5).fill('list'),
  ...Array<'create'>(4).fill('create'),
  'command' as const,
];
/** Without a common divisor with a hundred, it mixes the kinds evenly. */
const stride = 37;

export async function makeMixedTenants(
  platform: BenchPlatform,
  size: { tenants: number; subscriptions: number },
): Promise<MixedTenant[]> {
  const tenants: MixedTenant[] = [];
  let begun = 0;
  const make = async () => {
    while (begun < size.tenants) {
      begun += 1;
      tenants.push(await makeOne(platform, size.subscriptions));
    }
  };
  await Promise.all(Array.from({ length: 8 }, make));
  return tenants;
}

async function makeOne(platform: BenchPlatform, subscriptions: number): Promise<MixedTenant> {
  const { tenantId, key } = await platform.makeTenant();
  const planId = await platform.makePlan(1999, key);
  const customerId = await platform.makeCustomer('tok_ok', key);
  const methods = await callForBody<{ data: { payment_method_id: string }[] }>({
    ...{ url: `${platform.apiUrl}/v1/customers/${customerId}/payment-methods`, method: 'GET', key },
  });
  const ids: string[] = [];
  for (let made = 0; made < subscriptions; made += 1) {
    const body = { customer_id: customerId, plan_id: planId };
    const url = `${platform.apiUrl}/v1/subscriptions`;
    const answer = await callForBody<{ subscription_id: string }>({ url, method: 'POST', key, body });
    ids.push(answer.subscription_id);
  }
  const unset = (some: string[]): Toggled[] => some.map((id) => ({ id, isSet: false }));
  return {
    ...{ tenantId, key, planId, customerId, methodId: methods.data[0]?.payment_method_id ?? '' },
    subscriptionIds: ids.slice(2),
    cancelable: unset(ids.slice(0, 1)),
    pausable: unset(ids.slice(1, 2)),
  };
}

function spell(tenant: MixedTenant, index: number): Spelled {
  const kind = kinds[(index * stride) % kinds.length] ?? 'read';
  const round = Math.floor(index / kinds.length);
  const id = tenant.subscriptionIds[round % tenant.subscriptionIds.length] ?? '';
  switch (kind) {
    case 'read':
      return { method: 'GET', path: `/v1/subscriptions/${id}` };
    case 'list':
      return { method: 'GET', path: '/v1/subscriptions?limit=20' };
    case 'create': {
      const body = { customer_id: tenant.customerId, plan_id: tenant.planId };
      return { method: 'POST', path: '/v1/subscriptions', body };
    }
    case 'change':
      return change(tenant, id, index);
    case 'command':
      return toggle(tenant.pausable, pausing) ?? { method: 'GET', path: `/v1/subscriptions/${id}` };
    default:
      return kind satisfies never;
  }
}

function change(tenant: MixedTenant, id: string, index: number): Spelled {
  const { customerId, methodId } = tenant;
  const note = { metadata: { note: `at ${index}` } };
  switch (index % 4) {
    case 0:
      return { method: 'PUT', path: `/v1/customers/${customerId}`, body: note };
    case 1:
      return { method: 'POST', path: `/v1/customers/${customerId}/payment-methods/${methodId}/default`, body: {} };
    case 2:
      return { method: 'PUT', path: `/v1/subscriptions/${id}`, body: note };
    default:
      return toggle(tenant.cancelable, canceling) ?? change(tenant, id, 0);
  }
}

type Verb = Pick<Spelled, 'method' | 'body'> & { path: string };
interface Toggle {
  set: Verb;
  unset: Verb;
}

const canceling: Toggle = {
  set: { method: 'DELETE', path: '', body: { at: 'period_end' } },
  unset: { method: 'POST', path: '/uncancel', body: {} },
};
const pausing: Toggle = {
  set: { method: 'POST', path: '/pause', body: {} },
  unset: { method: 'POST', path: '/resume', body: {} },
};

/** Null while every one of the tenant's is in somebody's hand. */
function toggle(free: Toggled[], verbs: Toggle): Spelled | null {
  const one = free.shift();
  if (one === undefined) return null;
  const verb = one.isSet ? verbs.unset : verbs.set;
  const settle = (fate: Fate) => {
    if (fate === 'answered') one.isSet = !one.isSet;
    free.push(one);
  };
  return { ...verb, path: `/v1/subscriptions/${one.id}${verb.path}`, settle };
}

/** Tenants take turns in another order with every hundred calls, so that each has calls of every kind. */
function tenantAt(tenants: readonly MixedTenant[], index: number): MixedTenant {
  return tenants[(index + Math.floor(index / kinds.length)) % tenants.length] as MixedTenant;
}

/** One call of the mix, each change under an idempotency key of its own. */
export async function callMixed(apiUrl: string, tenants: readonly MixedTenant[], index: number): Promise<Fate> {
  const tenant = tenantAt(tenants, index);
  const { method, path, body, settle } = spell(tenant, index);
  const headers: Record<string, string> = method === 'GET' ? {} : { 'idempotency-key': randomUUID() };
  const reply = await answerTo({
    ...{ url: apiUrl + path, method, key: tenant.key, headers },
    ...(body === undefined ? {} : { body }),
  });
  const fate = fateOf(reply.status, reply.text);
  settle?.(fate);
  return fate;
}

/** A connection that is cut is no answer, and counts as one that failed. */
function answerTo(options: Parameters<typeof call>[0]): Promise<Reply> {
  return call(options).catch((error: Error) => ({ status: 0, text: error.message }));
}

function fateOf(status: number, text: string): Fate {
  if (status < 300) return 'answered';
  const isShed = (status === 429 && text.includes('rate_limited')) || (status === 503 && text.includes('overloaded'));
  return isShed ? 'shed' : `failed with ${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? text.slice(0, 80)}`;
}

/** The same mix at the floor. */
export async function callBareMixed(url: string, tenants: readonly MixedTenant[], index: number): Promise<Fate> {
  const tenant = tenantAt(tenants, index);
  const kind = kinds[(index * stride) % kinds.length] ?? 'read';
  const of = `${url}/${tenant.tenantId}`;
  const id = tenant.subscriptionIds[index % tenant.subscriptionIds.length] ?? '';
  const calls = {
    read: { url: `${of}/${id}`, method: 'GET' },
    list: { url: of, method: 'GET' },
    change: { url: `${of}/${id}-${index % 50}`, method: 'PUT', body: { note: index } },
    command: { url: `${of}/${id}-${index % 50}`, method: 'PUT', body: { command: index } },
    create: { url: of, method: 'POST', body: {} },
  };
  const { status, text } = await answerTo(calls[kind]);
  return fateOf(status, text);
}
