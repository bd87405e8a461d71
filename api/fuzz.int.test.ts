import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { routeRegistry } from '../contracts/rest/registry.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { makeFurtherIds, storeWebhook, subscribe } from '../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';

const requestsPerRoute = 25;

const nasty = fc.constantFrom<unknown>(
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    "'; drop table plans;--",
    '<img src=x onerror=alert(1)>',
    '../../etc/passwd',
  ],
  ...[
    '%00',
    '${7*7}',
    '{{7*7}}',
    '2026-02-31',
    '9999-12-31',
    '0000-01-01',
    '2999-12-31T23:59:59.999Z',
    'P1M',
    'P9999Y',
  ],
  ...['-1', '1e309', 'NaN', 'now', 'period_end', 'USD', 'usd', 'Europe/Berlin', 'x'.repeat(5_000), '\u202e\u{1F600}'],
  ...[0, -0, -1, 1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 9_999_999_999, 100_000, 730],
  ...[true, false, null, [], {}, [[]], { a: null }, { __proto__: 'x' }, { constructor: 'x' }, { '': 'x' }],
);

let api: ApiHarness;
let tenant: TestTenant;

beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

async function makeIds(): Promise<Record<string, string>> {
  const made = await subscribe(api, tenant, { plan: { interval: 'year', interval_count: 10 } });
  return {
    customer_id: made.customerId,
    plan_id: made.planId,
    payment_method_id: made.paymentMethodId,
    subscription_id: made.subscriptionId,
    invoice_id: made.invoiceId,
    payment_id: made.paymentId,
    ...(await makeFurtherIds(api, tenant, made)),
    provider: 'custom',
    webhook_id: await storeWebhook(api, tenant.tenantId),
  };
}

function membersOf(schema: z.ZodType | undefined): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Mostly members the contract knows, with values that may fit, so that requests get past the door, too. */
function requestsOf(contract: RouteContract, ids: Record<string, string>) {
  const valueOf = (name: string) => {
    const fitting = name in ids ? fc.constant<unknown>(ids[name]) : fc.constantFrom<unknown>(1, 'x', 'a@b.io', 'day');
    return fc.oneof(
      { weight: 2, arbitrary: fitting },
      { weight: 3, arbitrary: nasty },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
  };
  const record = (names: string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, valueOf(name)])), { requiredKeys: [] });
  return fc.record({
    body: record(membersOf(contract.body)),
    query: record([...membersOf(contract.query), 'extra']),
    idempotencyKey: fc.option(fc.string({ maxLength: 300 }), { nil: undefined }),
  });
}

it.each([...routeRegistry])('%s answers whatever it is sent, and never with a 5xx', async (_name, contract) => {
  const ids = await makeIds();
  const path = contract.path.replace(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? 'sandbox');
  await fc.assert(
    fc.asyncProperty(requestsOf(contract, ids), async ({ body, query, idempotencyKey }) => {
      const usable = idempotencyKey !== undefined && /^[\x20-\x7e]*$/.test(idempotencyKey);
      const parameters = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) {
        parameters.append(name, typeof value === 'string' ? value : JSON.stringify(value));
      }
      const answer = await api.call(contract.method.toUpperCase(), `/v1${path}?${parameters.toString()}`, {
        key: tenant.apiKey,
        ...(contract.method === 'get' ? {} : { body }),
        headers: usable ? { 'idempotency-key': idempotencyKey } : {},
      });
      expect(answer.status, answer.text).toBeLessThan(500);
      if (answer.status >= 400) expect(answer.body.code).toMatch(/^[a-z_]+$/);
    }),
    { numRuns: requestsPerRoute },
  );
});
