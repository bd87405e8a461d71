import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const basic = { name: 'Basic', amount: 1_999, currency: 'USD', interval: 'month' };
const post = (body: object, path = '/v1/plans') => api.call('POST', path, { key: tenant.apiKey, body });
const put = (id: string, body: object) => api.call('PUT', `/v1/plans/${id}`, { key: tenant.apiKey, body });
const get = (path: string) => api.call('GET', `/v1/plans${path}`, { key: tenant.apiKey });
const auditOf = (id: string) =>
  api.owner<{ action: string }[]>`select action from audit_log where resource_id = ${id} order by id`;

describe('a plan', () => {
  it('is created with what was left out filled in, and reads back the same', async () => {
    const created = await post(basic);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      ...basic,
      interval_count: 1,
      pricing_model: 'per_unit',
      price_version: 1,
      trial_period_days: 0,
      description: null,
      group: null,
      max_subscriptions: null,
      max_per_customer: null,
      status: 'active',
      metadata: {},
    });
    const read = await get(`/${created.body.plan_id}`);
    expect([read.status, read.body]).toEqual([200, created.body]);
    expect(await auditOf(created.body.plan_id)).toMatchObject([{ action: 'plan.created' }]);
  });

  it('keeps its price versions when the amount changes, and none when it does not', async () => {
    const { body: created } = await post({ ...basic, metadata: { keep: 'a', drop: 'b' } });
    const changed = await put(created.plan_id, {
      amount: 2_499,
      description: 'More',
      max_per_customer: 3,
      metadata: { drop: null, add: 'c' },
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      amount: 2_499,
      price_version: 2,
      description: 'More',
      max_per_customer: 3,
      metadata: { keep: 'a', add: 'c' },
    });
    const same = await put(created.plan_id, { amount: 2_499, description: null });
    expect(same.body).toMatchObject({ price_version: 2, price_id: changed.body.price_id, description: null });
    const versions = await api.owner<{ version: number; amountMinor: number }[]>`
      select version, amount_minor from prices where plan_id = ${created.plan_id} order by version`;
    expect(versions.map(({ version, amountMinor }) => [version, amountMinor])).toEqual([
      [1, 1_999],
      [2, 2_499],
    ]);
  });

  it('changes nothing and notes nothing when nothing is said', async () => {
    const { body: created } = await post(basic);
    expect((await put(created.plan_id, {})).body).toEqual(created);
    expect(await auditOf(created.plan_id)).toHaveLength(1);
  });

  it('takes two new amounts at once as two versions', async () => {
    const { body: created } = await post(basic);
    const answers = await Promise.all([100, 200, 300, 400].map((amount) => put(created.plan_id, { amount })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.price_version))).toEqual(new Set([2, 3, 4, 5]));
  });

  it('is archived once, however often that is said', async () => {
    const { body: created } = await post(basic);
    const path = `/v1/plans/${created.plan_id}/archive`;
    const [first, second] = [await post({}, path), await api.call('POST', path, { key: tenant.apiKey })];
    expect([first.body.status, second.status, second.body.status]).toEqual(['archived', 200, 'archived']);
    expect(await auditOf(created.plan_id)).toHaveLength(2);
  });

  it('may be free, yearly, and of three decimals', async () => {
    const created = await post({ ...basic, amount: 0, currency: 'KWD', interval: 'year', interval_count: 2 });
    expect(created.body).toMatchObject({ amount: 0, currency: 'KWD', interval: 'year', interval_count: 2 });
  });
});

describe('a plan is refused', () => {
  it.each([
    ['no name', { name: undefined }, 'name', 'is required'],
    ['an empty name', { name: '' }, 'name', 'must have at least 1 characters'],
    ['an amount as text', { amount: '1999' }, 'amount', 'must be a number'],
    ['a fraction of a cent', { amount: 19.99 }, 'amount', 'must be a whole number'],
    ['a negative amount', { amount: -1 }, 'amount', 'must be at least 0'],
    ['an amount of eleven digits', { amount: 10_000_000_000 }, 'amount', 'must be at most 9999999999'],
    ['an unknown currency', { currency: 'XYZ' }, 'currency', 'is not a supported currency'],
    ['a currency in small letters', { currency: 'usd' }, 'currency', 'is not a supported currency'],
    ['an unknown interval', { interval: 'hour' }, 'interval', 'must be one of day, week, month, year'],
    ['no period', { interval_count: 0 }, 'interval_count', 'must be at least 1'],
    [
      'a period of a lifetime',
      { interval: 'year', interval_count: 11 },
      'interval_count',
      'makes a period of more than ten years',
    ],
    ['a negative trial', { trial_period_days: -1 }, 'trial_period_days', 'must be at least 0'],
    ['a trial over two years', { trial_period_days: 731 }, 'trial_period_days', 'must be at most 730'],
    [
      'a long metadata key',
      { metadata: { ['k'.repeat(41)]: 'x' } },
      `metadata.${'k'.repeat(41)}`,
      'is no name of 1 to 40 characters',
    ],
    ['a long metadata value', { metadata: { a: 'x'.repeat(501) } }, 'metadata.a', 'must have at most 500 characters'],
    ['metadata of numbers', { metadata: { a: 1 } }, 'metadata.a', 'must be a string'],
    [
      '51 keys',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'x'])) },
      'metadata',
      'has more than 50 keys',
    ],
    ['a NUL character', { description: 'a\u0000b' }, 'description', 'contains a NUL character'],
    ['half of a surrogate pair', { description: 'a\ud800' }, 'description', 'contains half of a surrogate pair'],
  ])('for %s', async (_name, wrong, field, message) => {
    const answer = await post({ ...basic, ...wrong });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
    expect(answer.body.errors).toEqual([{ field, message }]);
    expect(answer.body.detail).toBe(`${field} ${message}.`);
  });

  it('naming everything that is wrong with it', async () => {
    const answer = await post({ amount: 'x', currency: 'USD', interval: 'month', colour: 'red', size: 1 });
    const fields = answer.body.errors.map((error: { field: string }) => error.field);
    expect(fields.toSorted()).toEqual(['amount', 'colour', 'name', 'size']);
  });

  it('when a change would leave more than 50 keys', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'x']));
    const { body: created } = await post({ ...basic, metadata });
    const answer = await put(created.plan_id, { metadata: { one: 'more' } });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', 'metadata']);
    expect((await put(created.plan_id, { metadata: { one: 'more', k0: null } })).status).toBe(200);
  });
});

describe('the list', () => {
  it('goes newest first, page by page, each plan once', async () => {
    const other = await api.makeTenant();
    const key = other.apiKey;
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const { body } = await api.call('POST', '/v1/plans', { key, body: { ...basic, name: `Plan ${index}` } });
      made.unshift(body.plan_id);
    }
    await api.call('POST', `/v1/plans/${made[1]}/archive`, { key });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await api.call('GET', `/v1/plans?limit=2${cursor}`, { key });
      seen.push(...page.body.data.map((plan: { plan_id: string }) => plan.plan_id));
      cursor = page.body.has_more ? `&cursor=${page.body.next_cursor}` : '';
      expect(page.body.next_cursor === null).toBe(!page.body.has_more);
    } while (cursor !== '');
    expect(seen).toEqual(made);
    const active = await api.call('GET', '/v1/plans?status=active', { key });
    expect(active.body.data.map((plan: { plan_id: string }) => plan.plan_id)).toEqual(made.filter((_, i) => i !== 1));
    expect(await api.call('GET', '/v1/plans?cursor=sub_x', { key })).toMatchObject({
      status: 400,
      body: { field: 'cursor' },
    });
  });
});
