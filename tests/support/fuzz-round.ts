import { expect } from 'vitest';
import { makeFurtherIds, storeWebhook, subscribe } from './api-fixtures.ts';
import type { ApiHarness, TestTenant } from './api-harness.ts';
import { type FuzzCase, FuzzCases } from './fuzz-cases.ts';
import { hostileTexts } from './hostile-values.ts';
import { createSeededRandom } from './seeded-random.ts';

/** A stack, a statement, a path of a machine, a library's own words: nothing a caller may read. */
const leaks = [
  /\bat (async )?[\w.<>]+ \(?(file:|node:|\/)/,
  /node_modules|\.ts:\d+|file:\/\/|\/(home|root|Users|var|tmp)\/\w/,
  /PostgresError|SQLSTATE|syntax error at|violates (foreign|unique|check|not-null)|relation "|column "\w+" |invalid input syntax/i,
  /ECONNREFUSED|127\.0\.0\.1:\d|TypeError|ReferenceError|ZodError|undefined is not|Cannot read propert/,
  /secret_hash|sealed_by|redcore_(app|system|identity)/,
];
const atOnce = 8;
/** In names only the other tenant has. */
const marker = 'only-the-other-tenant';

export interface FuzzRound {
  cases: number;
  operations: number;
  /** How many answers of each status. */
  statuses: Record<number, number>;
}

/** Rows of every kind an address may name. */
async function makeIds(api: ApiHarness, tenant: TestTenant, marker: string): Promise<Record<string, string>> {
  const plan = { name: marker, interval: 'year', interval_count: 10 };
  const made = await subscribe(api, tenant, { plan, customer: { email: `${marker}@example.com` } });
  return {
    customer_id: made.customerId,
    plan_id: made.planId,
    payment_method_id: made.paymentMethodId,
    subscription_id: made.subscriptionId,
    invoice_id: made.invoiceId,
    payment_id: made.paymentId,
    ...(await makeFurtherIds(api, tenant, made)),
    webhook_id: await storeWebhook(api, tenant.tenantId),
  };
}

/** `count` cases at least, those of `hostile` for each `everyNth` of them; each answer is looked at as a stranger would. */
export async function runFuzzRound(
  api: ApiHarness,
  options: { seed: number; count: number; everyNth: number },
): Promise<FuzzRound> {
  const random = createSeededRandom(options.seed);
  const [tenant, victim] = [await api.makeTenant(), await api.makeTenant()];
  const [ids, foreign] = [await makeIds(api, tenant, 'own'), await makeIds(api, victim, marker)];
  const foreignIds = Object.values(foreign);
  const cases = new FuzzCases(random, ids, foreignIds);
  const hostile = [...cases.everywhere(hostileTexts)].filter((_case, index) => index % options.everyNth === 0);
  const wanted = [
    ...hostile,
    ...Array.from({ length: Math.max(0, options.count - hostile.length) }, () => cases.next()),
  ];
  const round: FuzzRound = {
    cases: wanted.length,
    operations: new Set(wanted.map((one) => one.operation)).size,
    statuses: {},
  };
  const waiting = wanted.toReversed();
  async function sendNext(): Promise<void> {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const { status, text } = await send(api, tenant, one);
      round.statuses[status] = (round.statuses[status] ?? 0) + 1;
      judge(one, { status, text }, { seed: options.seed, foreignIds, untold: [marker, victim.tenantId] });
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendNext));
  // What was sent has not locked the caller out, nor reached the other tenant.
  expect((await api.call('GET', '/v1/plans', { key: tenant.apiKey })).status).toBe(200);
  const [left] = await api.owner<[{ count: number }]>`
    select count(*)::int as count from plans where tenant_id = ${victim.tenantId} and status = 'active'`;
  expect(left.count).toBe(1);
  return round;
}

function send(api: ApiHarness, tenant: TestTenant, { method, path, headers, raw }: FuzzCase) {
  const key = headers['authorization'] === undefined ? { key: tenant.apiKey } : {};
  return api.call(method, path, { ...key, headers, ...(raw === undefined ? {} : { raw }) });
}

function judge(
  sent: FuzzCase,
  answer: { status: number; text: string },
  { seed, foreignIds, untold }: { seed: number; foreignIds: readonly string[]; untold: readonly string[] },
): void {
  const { method, path, headers, raw } = sent;
  const shown = () =>
    `seed ${seed}: ${method} ${path} ${JSON.stringify(headers)} ${String(raw)} → ${answer.status} ${answer.text.slice(0, 500)}`;
  if (answer.status >= 500 && answer.status !== 503) expect.fail(shown());
  if (answer.status === 503)
    expect(answer.text, shown()).toMatch(/"code":"(provider_unavailable|retry_deferred|overloaded)"/);
  if (answer.status >= 400) {
    const problem = JSON.parse(answer.text) as { code?: unknown };
    expect(problem.code, shown()).toMatch(/^[a-z_]+$/);
    for (const leak of leaks) if (leak.test(answer.text)) expect.fail(`leaks ${leak}: ${shown()}`);
  }
  // What was sent may come back as the text it is; what only the other tenant's rows hold may not.
  for (const text of untold) if (answer.text.includes(text)) expect.fail(`tells another tenant’s ${text}: ${shown()}`);
  const [address = ''] = path.split('?');
  const isForeign = foreignIds.some((id) => address.includes(id));
  if (isForeign && answer.status < 400) expect.fail(`is done to another tenant’s row: ${shown()}`);
}
