import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakePaymentProvider } from '../adapters/payments/fake.ts';
import { signWebhook } from '../adapters/payments/standard-webhooks.ts';
import { openDatabase, type Sql } from '../db/database.ts';
import { newId } from '../db/new-id.ts';
import { DomainError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { receiveWebhook } from './receive-webhook.ts';

const provider = new FakePaymentProvider();
const { secret } = provider.webhooks;
const now = new Date('2026-03-31T12:00:00Z');

let owner: Sql;
let app: Sql;
let tenantId: TenantId;
let otherTenantId: TenantId;

beforeAll(async () => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-owner' });
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 10, name: 'test-app' });
  tenantId = newId('tenant');
  otherTenantId = newId('tenant');
  await owner`insert into tenants (tenant_id, name, mode) values
    (${tenantId}, 'webhooks', 'sandbox'), (${otherTenantId}, 'webhooks', 'sandbox')`;
});
afterAll(() => Promise.all([owner.end(), app.end()]));

interface Notification {
  id: string;
  account: string;
  reference: string;
  signedWith?: string;
  signedAt?: Date;
  body?: string;
}

function receive(notification: Notification) {
  const { id, account, reference, signedWith = secret, signedAt = now } = notification;
  const text =
    notification.body ?? JSON.stringify({ type: 'charge.updated', timestamp: now.toISOString(), account, reference });
  const rawBody = Buffer.from(text);
  const timestampSeconds = Math.floor(signedAt.getTime() / 1_000);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook({ secret: signedWith, id, timestampSeconds, body: rawBody }),
  };
  return receiveWebhook({ database: { sql: app }, provider, headers, rawBody, secret, now });
}

const stored = (tenant: string, eventId: string) =>
  owner`select * from inbox where tenant_id = ${tenant} and provider_event_id = ${eventId}`;

it('stores the notification as it came, with its attempt, and answers', async () => {
  const [id, reference] = [newId('event'), newId('attempt')];
  const body = `{ "type":"charge.updated","timestamp":"2026-03-31T12:00:00Z","account":"${tenantId}","reference":"${reference}" }`;
  expect(await receive({ id, account: tenantId, reference, body })).toEqual({
    status: 200,
    body: { status: 'received' },
  });
  const [row] = await stored(tenantId, id);
  expect(row).toMatchObject({ provider: 'sandbox', attemptId: reference, publishedAt: null, processedAt: null });
  expect(Buffer.from(row?.['body'] as Uint8Array).toString()).toBe(body);
});

it('F13: answers ten copies alike and keeps one, while another tenant keeps its own equal id', async () => {
  const [id, reference] = [newId('event'), newId('attempt')];
  const copies = Array.from({ length: 10 }, () => receive({ id, account: tenantId, reference }));
  const answers = await Promise.all([...copies, receive({ id, account: otherTenantId, reference })]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await stored(tenantId, id)).toHaveLength(1);
  expect(await stored(otherTenantId, id)).toHaveLength(1);
});

it.each<[string, Partial<Notification>, string]>([
  ['forged', { signedWith: 'whsec_Zm9yZWlnbi1zZWNyZXQtb2Ytc29tZWJvZHkgZWxzZQ==' }, 'invalid_request'],
  ['stale', { signedAt: new Date(now.getTime() - 301_000) }, 'invalid_request'],
  ['from the future', { signedAt: new Date(now.getTime() + 301_000) }, 'invalid_request'],
  ['unreadable', { body: '{"type":' }, 'invalid_request'],
  ['of an unknown tenant', { account: newId('tenant') }, 'not_found'],
  ['of a malformed tenant', { account: "ten_' or true" }, 'not_found'],
])('F15: refuses a notification that is %s, and stores nothing', async (_, override, code) => {
  const notification = { id: newId('event'), account: tenantId, reference: newId('attempt'), ...override };
  const refusal = await receive(notification).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DomainError);
  expect(refusal).toMatchObject({ code });
  expect(await owner`select 1 from inbox where provider_event_id = ${notification.id}`).toHaveLength(0);
});

it('keeps no reference that is not one of our attempts’ ids', async () => {
  const id = newId('event');
  await receive({ id, account: tenantId, reference: 'order 17' });
  expect(await stored(tenantId, id)).toMatchObject([{ attemptId: null }]);
});
