import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventPage } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { newId } from '../../db/new-id.ts';
import { storeWebhook } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const path = '/v1/admin/webhooks';
const get = (query: string, key = tenant.apiKey) => api.call('GET', `${path}${query}`, { key });
const post = (query: string, body: object = {}, of: { key?: string; headers?: Record<string, string> } = {}) =>
  api.call('POST', `${path}${query}`, { key: tenant.apiKey, body, ...of });

async function stored(status: string, of = tenant): Promise<string> {
  const id = await storeWebhook(api, of.tenantId);
  await api.owner`update inbox set status = ${status}, published_at = now(), tries = 5, error = 'Error: it fails',
    processed_at = case when ${status} in ('processed', 'ignored') then now() end where id = ${id}`;
  return id;
}

const auditOf = (id: string) => api.owner`select action, details from audit_log where resource_id = ${id} order by at`;

describe('the operator’s list of notifications', () => {
  it('shows the newest first, in pages, by provider, status and time', async () => {
    const of = await api.makeTenant();
    const dead = await stored('dead', of);
    const other = await storeWebhook(api, of.tenantId, { provider: 'stripe', eventType: 'payout.paid' });
    const ids = async (query: string) =>
      (await get(query, of.apiKey)).body.data.map((row: { webhook_id: string }) => row.webhook_id);
    expect(await ids('')).toEqual([other, dead]);
    expect(await ids('?status=dead')).toEqual([dead]);
    expect(await ids('?provider=stripe')).toEqual([other]);
    expect(await ids(`?received_to=${new Date(Date.now() - 60_000).toISOString()}`)).toEqual([]);
    expect(await ids(`?received_from=${new Date(Date.now() - 60_000).toISOString()}`)).toEqual([other, dead]);
    const first = await get('?limit=1', of.apiKey);
    expect(first.body).toMatchObject({ has_more: true, next_cursor: other });
    expect(await ids(`?limit=1&cursor=${other}`)).toEqual([dead]);
    expect(first.body.data[0]).toMatchObject({ provider: 'stripe', event_type: 'payout.paid', status: 'received' });
  });

  it('refuses a cursor that is none, and a status nobody knows', async () => {
    expect((await get('?cursor=pay_1')).status).toBe(400);
    expect((await get('?status=lost')).status).toBe(400);
  });

  it('shows one with what it says, its bytes and its error, and no other tenant’s', async () => {
    const id = await stored('dead');
    await api.owner`update inbox set fact = '{"kind":"charge_updated","attemptId":null,"providerChargeId":"ch_1"}' where id = ${id}`;
    const { status, body } = await get(`/${id}`);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        ...{ webhook_id: id, status: 'dead', tries: 5, error: 'Error: it fails', body: '{"hello":"world"}' },
        fact: { kind: 'charge_updated', attempt_id: null, provider_charge_id: 'ch_1' },
      }),
    ]);
    const stranger = await api.makeTenant();
    expect((await get(`/${id}`, stranger.apiKey)).status).toBe(404);
    expect((await get(`/${id}`, await api.makeKey(tenant.tenantId, 'integrator'))).status).toBe(403);
  });
});

describe('a replay', () => {
  it.each(['dead', 'discarded', 'ignored', 'processed'])(
    'sends a %s notification on its way again, audited',
    async (status) => {
      const id = await stored(status);
      await api.owner`insert into processed_events (tenant_id, consumer, event_id) values (${tenant.tenantId}, 'provider-events', ${id})`;
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const first = await post(`/${id}/replay`, {}, { headers });
      expect([first.status, first.body]).toEqual([202, expect.objectContaining({ status: 'received', error: null })]);
      const [row] = await api.owner`select status, published_at, processed_at from inbox where id = ${id}`;
      expect(row).toEqual({ status: 'received', publishedAt: null, processedAt: null });
      expect(await api.owner`select 1 from processed_events where event_id = ${id}`).toHaveLength(0);
      const again = await post(`/${id}/replay`, {}, { headers });
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
      expect(await auditOf(id)).toMatchObject([{ action: 'webhook.replayed', details: { status } }]);
    },
  );

  it('of one that is on its way is refused', async () => {
    const answer = await post(`/${await stored('received')}/replay`);
    expect([answer.status, answer.body.code]).toEqual([409, 'invalid_state']);
  });
});

describe('a discard', () => {
  it.each(['dead', 'received'])('gives a %s notification up, with the reason in the audit', async (status) => {
    const id = await stored(status);
    const answer = await post(`/${id}/discard`, { reason: 'made by a test of ours' });
    expect([answer.status, answer.body.status]).toEqual([200, 'discarded']);
    const details = { status, reason: 'made by a test of ours' };
    expect(await auditOf(id)).toMatchObject([{ action: 'webhook.discarded', details }]);
  });

  it.each(['processed', 'ignored', 'discarded'])('of a %s one is refused, and one without a reason', async (status) => {
    const id = await stored(status);
    const answer = await post(`/${id}/discard`, { reason: 'because' });
    expect([answer.status, answer.body.code]).toEqual([409, 'invalid_state']);
    expect((await post(`/${id}/discard`)).status).toBe(400);
    expect(await auditOf(id)).toEqual([]);
  });
});

describe('a catch-up', () => {
  function list(page: () => Promise<EventPage>): () => void {
    const { provider } = api;
    const { capabilities, listEvents } = provider;
    Object.assign(provider, { capabilities: { ...capabilities, listEvents: true }, listEvents: page });
    return () => Object.assign(provider, { capabilities, listEvents });
  }

  it('stores what the provider names and no delivery brought, and says how many', async () => {
    const known = await storeWebhook(api, tenant.tenantId);
    const event = (eventId: string) => ({
      event: { eventId, type: 'charge.updated', accountRef: null, fact: null, occurredAt: new Date() },
      rawBody: Buffer.from('{}'),
    });
    const missed = newId('event');
    const stop = list(async () => ({ events: [event(`evt_${known}`), event(missed)], nextCursor: null }));
    const answer = await post('/catch-up', { since: '2026-01-01T00:00:00Z' });
    stop();
    expect([answer.status, answer.body]).toEqual([
      200,
      { endpoints: [{ endpoint: 'default', provider: 'sandbox', listed: 2, missing: 1 }] },
    ]);
    expect(await api.owner`select status from inbox where provider_event_id = ${missed}`).toHaveLength(1);
    const [audit] = (await auditOf(tenant.tenantId)).slice(-1);
    expect(audit).toMatchObject({ action: 'webhook.caught_up', details: { since: '2026-01-01T00:00:00.000Z' } });
  });

  it('asks nobody who cannot tell', async () => {
    const { provider } = api;
    const { capabilities } = provider;
    Object.assign(provider, { capabilities: { ...capabilities, listEvents: false } });
    const answer = await post('/catch-up');
    Object.assign(provider, { capabilities });
    expect(answer.body).toEqual({ endpoints: [] });
  });

  it.each([
    ['unknown', 'timeout', 503, 'provider_unavailable'],
    ['not_sent', 'not_configured', 409, 'provider_not_configured'],
    ['not_sent', 'credentials_refused', 409, 'provider_credentials_refused'],
  ] as const)('says so where the provider is %s: %s', async (kind, code, status, wanted) => {
    const stop = list(() => Promise.reject(new ProviderError(kind, code)));
    const answer = await post('/catch-up');
    stop();
    expect([answer.status, answer.body.code]).toEqual([status, wanted]);
  });
});
