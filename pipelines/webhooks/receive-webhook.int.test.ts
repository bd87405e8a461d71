import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import type { PaymentProvider, ProviderEvent } from '../../adapters/payments/port.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { addEndpoint, chargeUpdated, openTestDoor, signed, type ToSign } from '../../tests/support/webhook-door.ts';

const now = new Date('2026-03-31T12:00:00Z');
const sandbox = new FakePaymentProvider();

/** As the sandbox signs, under another name; what it says of its account is only believed to find the secret. */
function providerNamed(name: string, change: (event: ProviderEvent) => ProviderEvent = (event) => event) {
  return Object.assign(Object.create(sandbox) as PaymentProvider, {
    name,
    accountOfWebhook: (rawBody: Uint8Array) =>
      /"account":"(acct_[^"]+)"/.exec(Buffer.from(rawBody).toString())?.[1] ?? null,
    parseWebhook: async (request: Parameters<PaymentProvider['parseWebhook']>[0]) =>
      change(await sandbox.parseWebhook(request)),
  });
}
const unused = (event: ProviderEvent): ProviderEvent => ({ ...event, type: 'payout.paid', fact: null });
const elsewhere = providerNamed(`p-${newId('event')}`);
const alone = providerNamed(`q-${newId('event')}`, unused);
const aboutNobody = newId('subscription');
const custom = providerNamed('custom', (event) => ({ ...event, subscriptionRef: aboutNobody }));
const customAlone = providerNamed('custom', (event) => ({ ...event, subscriptionRef: null }));

let owner: Sql;
let app: Sql;
let receive: ReturnType<typeof openTestDoor>;
let tenantId: TenantId;
let otherTenantId: TenantId;

beforeAll(async () => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-owner' });
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 10, name: 'test-app' });
  receive = openTestDoor({ app, providers: [sandbox, elsewhere, alone, custom], now: () => now, keptMs: 100 });
  [tenantId, otherTenantId] = [newId('tenant'), newId('tenant')];
  await owner`insert into tenants (tenant_id, name, mode) values
    (${tenantId}, 'webhooks', 'sandbox'), (${otherTenantId}, 'webhooks', 'sandbox')`;
});
afterAll(() => Promise.all([owner.end(), app.end()]));

interface Notification extends Partial<ToSign> {
  account?: string;
  reference?: string;
}

function notification({ account = tenantId, reference = newId('attempt'), ...of }: Notification = {}) {
  return signed({ id: newId('event'), signedAt: now, body: chargeUpdated({ account, reference }), ...of });
}

const idOf = (webhook: { headers: Record<string, string | undefined> }) => webhook.headers['webhook-id'] ?? '';
const rowsOf = (eventId: string) => owner`select * from inbox where provider_event_id = ${eventId}`;
const refusalOf = (webhook: Parameters<typeof receive>[0]) => receive(webhook).catch((error: unknown) => error);

describe('a notification', () => {
  it('is stored as it came, with what it says, and answered', async () => {
    const reference = newId('attempt');
    const body = ` ${chargeUpdated({ account: tenantId, reference, chargeId: 'sch_7' })}\n`;
    const webhook = notification({ body });
    expect(await receive(webhook)).toEqual({ status: 200, body: { status: 'received' } });
    const [row] = await rowsOf(idOf(webhook));
    expect(row).toMatchObject({
      ...{ tenantId, provider: 'sandbox', endpoint: 'default', attemptId: reference, eventType: 'charge.updated' },
      ...{ status: 'received', tries: 0, publishedAt: null, processedAt: null },
      fact: { kind: 'charge_updated', attemptId: reference, providerChargeId: 'sch_7' },
    });
    expect(Buffer.from(row?.['body'] as Uint8Array).toString()).toBe(body);
  });

  it('F13: is kept once of ten copies, all answered alike, while another tenant keeps its own equal id', async () => {
    const [id, reference] = [newId('event'), newId('attempt')];
    const copies = Array.from({ length: 10 }, () => receive(notification({ id, reference })));
    const answers = await Promise.all([...copies, receive(notification({ id, reference, account: otherTenantId }))]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"status":200,"body":{"status":"received"}}']),
    );
    const rows = await rowsOf(id);
    expect(rows.map((row) => row['tenantId']).toSorted()).toEqual([tenantId, otherTenantId].toSorted());
    expect(await receive(notification({ id, reference }))).toMatchObject({ status: 200 });
    expect(await rowsOf(id)).toHaveLength(2);
  });

  it('does not cost those beside it their place if PostgreSQL cannot hold it', async () => {
    const reference = 'order \u0000';
    const bad = notification({ reference });
    const good = Array.from({ length: 5 }, () => notification());
    const [refused, ...stored] = await Promise.all([refusalOf(bad), ...good.map(receive)]);
    expect(refused).toMatchObject({ code: 'invalid_request' });
    expect(stored.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    for (const webhook of good) expect(await rowsOf(idOf(webhook))).toHaveLength(1);
  });

  it('whose reference is not one of our attempts’ ids names none', async () => {
    const webhook = notification({ reference: 'order 17' });
    await receive(webhook);
    expect(await rowsOf(idOf(webhook))).toMatchObject([{ attemptId: null }]);
  });

  it('of a type nobody knows is stored all the same', async () => {
    const { id: endpoint, secret } = await addEndpoint(owner, tenantId, { provider: alone.name });
    const webhook = notification({ provider: alone.name, endpoint, secret });
    expect(await receive(webhook)).toMatchObject({ status: 200 });
    expect(await rowsOf(idOf(webhook))).toMatchObject([{ eventType: 'payout.paid', fact: null, status: 'received' }]);
  });
});

describe('F15', () => {
  it.each<[string, () => Notification, string]>([
    ['forged', () => ({ secret: 'whsec_Zm9yZWlnbi1zZWNyZXQtb2Ytc29tZWJvZHkgZWxzZQ==' }), 'invalid_request'],
    ['stale', () => ({ signedAt: new Date(now.getTime() - 301_000) }), 'invalid_request'],
    ['from the future', () => ({ signedAt: new Date(now.getTime() + 301_000) }), 'invalid_request'],
    ['unreadable', () => ({ body: '{"type":' }), 'invalid_request'],
    ['with an id too long to keep', () => ({ id: 'e'.repeat(300) }), 'invalid_request'],
    ['of an unknown tenant', () => ({ account: newId('tenant') }), 'not_found'],
    ['of a malformed tenant', () => ({ account: "ten_' or true" }), 'not_found'],
    ['of an unknown provider', () => ({ provider: 'nobody' }), 'not_found'],
    ['for an unknown endpoint', () => ({ endpoint: newId('webhookEndpoint') }), 'not_found'],
    ['for a malformed endpoint', () => ({ endpoint: "whe_' or true" }), 'not_found'],
  ])('refuses a notification that is %s: no row, no outbound call', async (_, override, code) => {
    const calls = vi.spyOn(globalThis, 'fetch');
    const webhook = notification(override());
    const refusal = await refusalOf(webhook);
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({ code });
    expect(await rowsOf(idOf(webhook))).toHaveLength(0);
    expect(calls).not.toHaveBeenCalled();
    calls.mockRestore();
  });

  it('refuses one without a signature, or with a body changed by a byte', async () => {
    const { headers, ...rest } = notification();
    expect(await refusalOf({ ...rest, headers: {} })).toMatchObject({ code: 'invalid_request' });
    const changed = { ...rest, headers, rawBody: Buffer.from(`${Buffer.from(rest.rawBody).toString()} `) };
    expect(await refusalOf(changed)).toMatchObject({ code: 'invalid_request' });
    expect(await rowsOf(headers['webhook-id'] ?? '')).toHaveLength(0);
  });

  it('refuses what another tenant’s secret has signed, or speaks of another tenant', async () => {
    const mine = await addEndpoint(owner, tenantId, { provider: elsewhere.name });
    const theirs = await addEndpoint(owner, otherTenantId, { provider: elsewhere.name });
    const to = { provider: elsewhere.name, endpoint: mine.id };
    for (const wrong of [
      notification({ ...to, secret: theirs.secret }),
      notification({ ...to, secret: mine.secret, account: otherTenantId }),
    ]) {
      expect(await refusalOf(wrong)).toMatchObject({ code: 'invalid_request' });
      expect(await rowsOf(idOf(wrong))).toHaveLength(0);
    }
    const right = notification({ ...to, secret: mine.secret });
    await receive(right);
    expect(await rowsOf(idOf(right))).toMatchObject([{ tenantId, endpoint: mine.id }]);
  });
});

describe('an endpoint', () => {
  it('is found by the account the provider names, or as the only one, else not at all', async () => {
    const provider = providerNamed(`r-${newId('event')}`);
    const door = openTestDoor({ app, providers: [provider], now: () => now, keptMs: 0 });
    const mine = await addEndpoint(owner, tenantId, { provider: provider.name });
    const account = `acct_${newId('event')}`;
    await owner`insert into provider_accounts (tenant_id, provider, mode, status, account_ref, credentials, sealed_by)
      values (${tenantId}, ${provider.name}, 'test', 'active', ${account}, '\\x00', 'test')`;
    const send = (named: string, secret: string) => {
      const webhook = notification({ provider: provider.name, account: named, secret });
      return door(webhook).then(
        async ({ status }) => [status, (await rowsOf(idOf(webhook)))[0]?.['tenantId']],
        (error: DomainError) => error.code,
      );
    };
    expect(await send('acct_of_nobody', mine.secret)).toEqual([200, tenantId]);
    const theirs = await addEndpoint(owner, otherTenantId, { provider: provider.name });
    expect(await send('acct_of_nobody', mine.secret)).toBe('not_found');
    expect(await send(account, mine.secret)).toEqual([200, tenantId]);
    expect(await send(account, theirs.secret)).toBe('invalid_request');
  });

  it.each(['suspended', 'deleting'])(
    'still takes what a provider says of the money of a tenant that is %s',
    async (status) => {
      const { id: endpoint, secret } = await addEndpoint(owner, otherTenantId, { provider: elsewhere.name });
      await owner`update tenants set status = ${status} where tenant_id = ${otherTenantId}`;
      const { status: answered } = await receive(
        notification({ account: otherTenantId, provider: elsewhere.name, endpoint, secret }),
      );
      await owner`update tenants set status = 'active' where tenant_id = ${otherTenantId}`;
      expect(answered).toBe(200);
    },
  );

  it('is dead within the time it is remembered once it is disabled', async () => {
    const { id: endpoint, secret } = await addEndpoint(owner, tenantId, { provider: elsewhere.name });
    const send = () => receive(notification({ provider: elsewhere.name, endpoint, secret }));
    expect((await send()).status).toBe(200);
    await owner`update webhook_endpoints set status = 'disabled' where id = ${endpoint}`;
    await vi.waitFor(() => expect(send()).rejects.toMatchObject({ code: 'not_found' }), { timeout: 5_000 });
    await owner`update webhook_endpoints set status = 'active' where id = ${endpoint}`;
    await vi.waitFor(async () => expect((await send()).status).toBe(200), { timeout: 5_000 });
  });

  it('of the custom provider looks its subscription up first', async () => {
    const { id: endpoint, secret } = await addEndpoint(owner, tenantId, { provider: 'custom' });
    const body = chargeUpdated({ account: 'a', reference: 'r' });
    const told = () => notification({ provider: 'custom', endpoint, secret, body });
    expect(await refusalOf(told())).toMatchObject({ code: 'not_found' });
    const door = openTestDoor({ app, providers: [customAlone], now: () => now, keptMs: 0 });
    expect((await door(told())).status, 'a payment without a subscription has none to name').toBe(200);
  });
});
