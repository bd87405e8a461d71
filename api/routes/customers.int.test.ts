import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const post = (body: object, headers: Record<string, string> = {}) =>
  api.call('POST', '/v1/customers', { key: tenant.apiKey, body, headers });
const put = (id: string, body: object) => api.call('PUT', `/v1/customers/${id}`, { key: tenant.apiKey, body });

describe('a customer', () => {
  it('is created in UTC unless said otherwise, and reads back the same', async () => {
    const created = await post({ email: 'ada@example.com' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      email: 'ada@example.com',
      name: null,
      timezone: 'UTC',
      country: null,
      language: null,
      status: 'active',
      default_payment_method_id: null,
      metadata: {},
    });
    const read = await api.call('GET', `/v1/customers/${created.body.customer_id}`, { key: tenant.apiKey });
    expect([read.status, read.body]).toEqual([200, created.body]);
  });

  it('changes what is sent and keeps the rest, with an audit row naming the fields', async () => {
    const { body } = await post({ email: 'a@example.com', name: 'Ada', country: 'DE', metadata: { a: '1' } });
    const changed = await put(body.customer_id, {
      timezone: 'Asia/Kathmandu',
      status: 'inactive',
      name: null,
      metadata: { b: '2' },
    });
    expect(changed.body).toMatchObject({
      email: 'a@example.com',
      country: 'DE',
      name: null,
      timezone: 'Asia/Kathmandu',
      status: 'inactive',
      metadata: { a: '1', b: '2' },
    });
    const audits = await api.owner<
      { action: string; details: { changed?: string[]; before?: object; after?: object } }[]
    >`
      select action, details from audit_log where resource_id = ${body.customer_id} order by id`;
    expect(audits.map(({ action }) => action)).toEqual(['customer.created', 'customer.changed']);
    expect(audits[1]?.details.changed?.toSorted()).toEqual(['metadata', 'name', 'status', 'timezone']);
    // Of a person's name and metadata no value: erasing them later leaves the chain as it is.
    expect(Object.keys(audits[1]?.details.before ?? {}).toSorted()).toEqual(['status', 'timezone']);
    expect(audits[1]?.details.after).toMatchObject({ status: 'inactive' });
  });

  it('has a language, which it may lose again', async () => {
    const { body } = await post({ email: 'a@example.com', language: 'de-AT' });
    expect(body.language).toBe('de-AT');
    expect((await put(body.customer_id, { language: 'en' })).body.language).toBe('en');
    expect((await put(body.customer_id, { language: null })).body.language).toBeNull();
    const audits = await api.owner<{ details: { before: object; after: object } }[]>`
      select details from audit_log where resource_id = ${body.customer_id} and action = 'customer.changed' order by id`;
    expect(audits[0]?.details).toMatchObject({ before: { language: 'de-AT' }, after: { language: 'en' } });
  });

  it.each([
    ['no email', {}, 'email', 'is required'],
    ['something that is no email', { email: 'ada' }, 'email', 'is not an e-mail address'],
    [
      'an unknown zone',
      { email: 'a@b.io', timezone: 'Mars/Olympus' },
      'timezone',
      'is not a zone of the IANA database',
    ],
    ['an offset for a zone', { email: 'a@b.io', timezone: '+02:00' }, 'timezone', 'is not a zone of the IANA database'],
    ['a language’s name', { email: 'a@b.io', language: 'German' }, 'language', 'is not a language tag such as en-GB'],
    ['a country’s name', { email: 'a@b.io', country: 'Germany' }, 'country', 'is not a country code of two capitals'],
    ['a name that is no text', { email: 'a@b.io', name: 7 }, 'name', 'must be a string'],
    ['a status at creation', { email: 'a@b.io', status: 'active' }, 'status', 'is unknown'],
  ])('is refused for %s', async (_name, body, field, message) => {
    const answer = await post(body);
    expect([answer.status, answer.body.errors]).toEqual([400, [{ field, message }]]);
  });

  it('keeps text as it is, markup and quotes included', async () => {
    const name = `Robert'); drop table customers;-- <script>alert(1)</script> \u{1F600}`;
    const { body } = await post({ email: 'bobby@example.com', name, metadata: { __proto__x: '{"a":1}' } });
    expect(body).toMatchObject({ name, metadata: { __proto__x: '{"a":1}' } });
  });
});

describe('the list', () => {
  it('filters by email and status', async () => {
    const { body } = await post({ email: 'grace@example.com' });
    await put(body.customer_id, { status: 'inactive' });
    const ids = async (query: string) => {
      const answer = await api.call('GET', `/v1/customers?${query}`, { key: tenant.apiKey });
      return answer.body.data.map((customer: { customer_id: string }) => customer.customer_id);
    };
    expect(await ids('email=grace%40example.com')).toEqual([body.customer_id]);
    expect(await ids('status=inactive&limit=1')).toEqual([body.customer_id]);
    expect(await ids('email=grace%40example.com&status=active')).toEqual([]);
  });

  describe('by what a name or an e-mail begins with', () => {
    let searched: TestTenant;
    const idOf = new Map<string, string>();
    beforeAll(async () => {
      searched = await api.makeTenant();
      for (const [email, name] of [
        ['ada@one.example', 'Ádám Öz'],
        ['ADA@two.example', null],
        ['grace@navy.example', 'Ada_100% sure'],
        ['eva@two.example', '100% Éva'],
      ] as const) {
        const { body } = await api.call('POST', '/v1/customers', { key: searched.apiKey, body: { email, name } });
        idOf.set(email, body.customer_id);
      }
    });
    const search = (text: string, more = '', key = searched.apiKey) =>
      api.call('GET', `/v1/customers?text=${encodeURIComponent(text)}${more}`, { key });

    it.each([
      ['an e-mail, whatever its letters', 'aDa@', ['ADA@two.example', 'ada@one.example']],
      ['a name with marks, in capitals', 'ÁDÁM ö', ['ada@one.example']],
      ['either, each customer once, newest first', 'ada', ['grace@navy.example', 'ADA@two.example', 'ada@one.example']],
      ['all of an e-mail', 'grace@navy.example', ['grace@navy.example']],
      ['no more than is written', 'ada@one.example.org', []],
      ['not what only contains it', 'navy', []],
      ['signs that would stand for others', '100%', ['eva@two.example']],
      ['and no sign standing for others', 'a_a', []],
    ])('finds %s', async (_what, text, emails) => {
      const { status, body } = await search(text);
      const ids = body.data.map(({ customer_id }: { customer_id: string }) => customer_id);
      expect([status, ids]).toEqual([200, emails.map((email) => idOf.get(email))]);
    });

    it('goes on page by page, together with the other filters', async () => {
      await api.call('PUT', `/v1/customers/${idOf.get('ADA@two.example')}`, {
        ...{ key: searched.apiKey, body: { status: 'inactive' } },
      });
      const first = await search('ada', '&limit=2');
      const second = await search('ada', `&limit=2&cursor=${first.body.next_cursor}`);
      const emails = [first, second].map(({ body }) => body.data.map(({ email }: { email: string }) => email));
      expect(emails).toEqual([['grace@navy.example', 'ADA@two.example'], ['ada@one.example']]);
      expect([first.body.has_more, second.body.has_more]).toEqual([true, false]);
      const inactive = await search('ada', '&status=inactive&limit=1');
      expect(inactive.body).toMatchObject({ data: [{ email: 'ADA@two.example' }], has_more: false });
    });

    it('finds the newest of very many, page by page, and one of a kind among them', async () => {
      const big = await api.makeTenant();
      await api.owner`insert into customers (tenant_id, id, email, name)
        select ${big.tenantId}, 'cus_' || lpad(i::text, 26, '0'), 'no' || i || '@example.com', 'Person ' || i
        from generate_series(1, 5200) i`;
      const names = async (text: string, more = '') => {
        const { body } = await search(text, more, big.apiKey);
        return [body.data.map(({ name }: { name: string }) => name), body.next_cursor] as const;
      };
      const [first, cursor] = await names('PERSON', '&limit=2');
      const [second] = await names('PERSON', `&limit=2&cursor=${cursor}`);
      expect([...first, ...second]).toEqual(['Person 5200', 'Person 5199', 'Person 5198', 'Person 5197']);
      expect((await names('no5200@'))[0]).toEqual(['Person 5200']);
      expect((await names('person', '&status=inactive'))[0]).toEqual([]);
    });

    it('finds no other tenant’s', async () => {
      expect((await search('ada', '', (await api.makeTenant()).apiKey)).body.data).toEqual([]);
    });

    it.each([
      ['nothing', '', 'invalid_request'],
      ['more than any address has', 'a'.repeat(255), 'invalid_request'],
      ['a NUL character', 'a\u0000', 'invalid_request'],
      ['a card number', '4242 4242 4242 4242', 'card_number_refused'],
    ])('is refused for %s', async (_what, text, code) => {
      const { status, body } = await search(text);
      expect([status, body.code, body.errors?.[0]?.field]).toEqual([400, code, 'text']);
    });
  });

  it('shows a tenant its own only', async () => {
    const other = await api.makeTenant();
    const answer = await api.call('GET', '/v1/customers', { key: other.apiKey });
    expect(answer.body).toEqual({ data: [], has_more: false, next_cursor: null });
  });
});

describe('an idempotency key', () => {
  it('replays the first answer, whatever the order of the members and wherever the key stands', async () => {
    const key = crypto.randomUUID();
    const first = await post({ email: 'a@b.io', name: 'Ada' }, { 'idempotency-key': key });
    const second = await post({ name: 'Ada', email: 'a@b.io', idempotency_key: key });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect([second.status, second.body]).toEqual([201, first.body]);
  });

  it('is refused with another body, another path and another method', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const { body } = await post({ email: 'a@b.io' }, headers);
    const path = `/v1/customers/${body.customer_id}`;
    const answers = [
      await post({ email: 'other@b.io' }, headers),
      await api.call('PUT', path, { key: tenant.apiKey, body: { email: 'a@b.io' }, headers }),
      await post({ email: 'not an address' }, headers),
    ];
    expect(answers.map((answer) => [answer.status, answer.body.code])).toEqual(
      answers.map(() => [422, 'idempotency_key_reused']),
    );
  });

  it('is one tenant’s own', async () => {
    const other = await api.makeTenant();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await post({ email: 'a@b.io' }, headers);
    const body = { email: 'b@b.io' };
    const second = await api.call('POST', '/v1/customers', { key: other.apiKey, body, headers });
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(second.body.customer_id).not.toBe(first.body.customer_id);
  });

  it('lets one of fifty at once through', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const email = `${crypto.randomUUID()}@example.com`;
    const answers = await Promise.all(Array.from({ length: 50 }, () => post({ email }, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.customer_id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(await api.owner`select 1 from customers where email = ${email}`).toHaveLength(1);
  });
});

it('stops answering a revoked key within five seconds', async () => {
  const key = await api.makeKey(tenant.tenantId, 'integrator');
  const ask = async () => (await api.call('GET', '/v1/customers?limit=1', { key })).status;
  expect(await ask()).toBe(200);
  await api.owner`update api_keys set revoked_at = now() where tenant_id = ${tenant.tenantId} and role = 'integrator'`;
  const revokedAt = performance.now();
  await expect.poll(ask, { timeout: 5_000, interval: 100 }).toBe(401);
  expect(performance.now() - revokedAt).toBeLessThan(5_000);
});
