import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { topics } from '../contracts/events/index.ts';
import { openDatabase } from '../db/database.ts';
import { newId } from '../db/new-id.ts';
import { checkoutDir } from '../stack/paths.ts';
import { defaultPorts } from '../stack/ports.ts';
import { callApi, type Json } from './support/call-api.ts';
import { type Desk, npmStart, type RunningStart, setUpDesk } from './support/npm-start.ts';
import { type Printed, readBlocks, runBlocks } from './support/readme-tour.ts';
import { openTestBrowser } from './support/test-browser.ts';

// Starts, the tour and stops take as long as the machine needs; what hangs ends by limits of its own before this.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const weekMs = 7 * 24 * 60 * 60 * 1_000;
const within = { timeout: 120_000, interval: 200 };

/** What others are promised to find in `.redcore/demo.env`; the rest stands in docs/configuration.md. */
const promised = [
  ...['REDCORE_URL', 'REDCORE_API_KEY', 'REDCORE_API_KEY_B', 'TEMPORAL_UI_URL', 'TEMPORAL_ADDRESS'],
  ...['TEMPORAL_NAMESPACE', 'KAFKA_BROKERS', 'DATABASE_URL', 'REDIS_URL', 'METRICS_URLS', 'SANDBOX_PROVIDER_URL'],
];
/** Made once per data folder. */
const lasting = [
  ...['REDCORE_API_KEY', 'REDCORE_API_KEY_B', 'REDCORE_TENANT', 'ADMIN_LOGIN', 'ADMIN_PASSWORD', 'OPERATOR_PASSWORD'],
  ...['DEMO_TENANT', 'DEMO_API_KEY', 'DEMO_PASSWORD', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'WEBHOOK_SECRET'],
] as const;

let desk: Desk;
let running: RunningStart | undefined;
let demo: RunningStart['demo'];

/** The same command again, or for the first time. */
async function start(...flags: string[]): Promise<RunningStart> {
  const started = await npmStart(desk, flags);
  running = started;
  demo = started.demo;
  console.log(`npm start${flags.map((flag) => ` ${flag}`).join('')}: ready in ${started.readySeconds} s`);
  return started;
}

async function stop(signal: 'SIGTERM' | 'SIGINT'): Promise<void> {
  const stopping = running;
  running = undefined;
  await stopping?.stop(signal);
}

beforeAll(async () => {
  desk = setUpDesk();
  await start();
});
afterAll(async () => {
  await stop('SIGTERM');
  desk?.clear();
});

const call = (method: string, path: string, body?: unknown, key = demo.REDCORE_API_KEY) =>
  callApi(demo.REDCORE_URL, method, path, { key, ...(body === undefined ? {} : { body }) });

async function make(path: string, body: unknown): Promise<Json> {
  const answer = await call('POST', path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

async function subscribe(token: string) {
  const { plan_id: planId } = await make('/v1/plans', {
    name: 'Start',
    amount: 700,
    currency: 'EUR',
    interval: 'month',
  });
  const { customer_id: customerId } = await make('/v1/customers', { email: `${token}@example.com` });
  await make(`/v1/customers/${customerId}/payment-methods`, { provider: 'sandbox', token });
  return make('/v1/subscriptions', { customer_id: customerId, plan_id: planId });
}

/** One story: each goes on with what those before have made. */
describe('npm start', { concurrent: false, shuffle: false }, () => {
  /** Where the rows made here are read, before a restart and after. */
  let paths: string[] = [];

  it('leaves addresses and keys in .redcore/demo.env, for its owner alone, and keeps to its own folder and ports', async () => {
    expect(statSync(desk.demoEnvFile).mode & 0o777).toBe(0o600);
    const lines = readFileSync(join(checkoutDir, 'docs', 'configuration.md'), 'utf8').split('\n');
    const sentence = lines.find((line) => line.startsWith('`npm start` writes `.redcore/demo.env`'));
    const documented = [...(sentence ?? '').matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name);
    expect(Object.keys(demo).toSorted()).toEqual(documented.toSorted());
    expect(Object.keys(demo)).toEqual(expect.arrayContaining(promised));
    expect(Object.entries(demo).filter(([, value]) => value === '')).toEqual([]);
    expect(running?.words()).toContain(join(desk.stateDir, 'data'));
    const ports = JSON.parse(readFileSync(join(desk.stateDir, 'data', 'ports.json'), 'utf8')) as object;
    expect(Object.keys(ports).toSorted()).toEqual(Object.keys(defaultPorts).toSorted());
    for (const port of Object.values(ports)) expect(Object.values(defaultPorts)).not.toContain(port);
  });

  it('answers at every address of demo.env, with both keys as administrators of sandbox tenants', async () => {
    const metrics = demo.METRICS_URLS.split(',');
    expect(metrics).toHaveLength(2);
    for (const url of metrics) {
      expect(await (await fetch(url)).text()).toContain('# TYPE');
      expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
    }
    expect((await fetch(demo.TEMPORAL_UI_URL)).status).toBe(200);
    const owner = openDatabase(demo.DATABASE_URL, { max: 1, name: 'start' });
    expect(
      await owner`select pg_get_userbyid(datdba) = current_user as owns from pg_database
      where datname = current_database()`,
    ).toEqual([{ owns: true }]);
    await owner.end();
    for (const key of [demo.REDCORE_API_KEY, demo.REDCORE_API_KEY_B]) {
      const { body } = await call('GET', '/v1/session', undefined, key);
      expect([body.role, body.tenant.mode]).toEqual(['admin', 'sandbox']);
    }
  });

  it('has made every topic and its dead letters in the broker, kept for a week at least', async () => {
    const admin = new Kafka({ brokers: demo.KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const wanted = topics.flatMap(({ name, deadLetterName }) => [name, deadLetterName]);
    expect(await admin.listTopics()).toEqual(expect.arrayContaining(wanted));
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: wanted.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
    });
    await admin.disconnect();
    const kept = resources.map(({ resourceName, configEntries }) => {
      const value = configEntries.find(({ configName }) => configName === 'retention.ms')?.configValue;
      // -1 stands for ever.
      return { resourceName, isLongEnough: value === '-1' || Number(value) >= weekMs };
    });
    expect(kept).toHaveLength(wanted.length);
    expect(kept.filter(({ isLongEnough }) => !isLongEnough)).toEqual([]);
  });

  describe('the tour of the README, as printed', () => {
    const hasCurl = spawnSync('curl', ['--version']).status === 0;
    let printed: Printed;
    const linesBy = (part: string) => printed.by(part).trimEnd().split('\n');

    beforeAll(async () => {
      if (!hasCurl) return;
      const blocks = readBlocks({ from: 'Five minutes', to: 'Portals' });
      expect(blocks.length).toBeGreaterThan(15);
      printed = await runBlocks(desk, blocks);
    });
    beforeEach(({ skip }) => skip(!hasCurl, 'curl is not on the PATH'));

    it('is refused nothing but what it shows to be refused', () => {
      const refused = printed.answers.filter(({ code, status }) => code !== undefined || status >= 400);
      expect(refused).toMatchObject([{ status: 403, code: 'forbidden' }]);
      expect(printed.answersBy('"name":"CRM"')).toContainEqual(refused[0]);
    });

    it('charges once for a repeated key, and links to the sleeping workflow', async () => {
      expect(printed.answersBy('"email":"ada@example.com"')).toMatchObject([{ default: true, status: 'active' }]);
      const output = printed.by('KEY=tour-');
      expect(output).toMatch(/^HTTP\/1\.1 201 /);
      expect(output).toMatch(/^idempotency-replayed: true\r?$/im);
      const [created, subscription, payments] = printed.answersBy('KEY=tour-');
      expect(created).toMatchObject({ status: 'active', payment: { status: 'completed', amount: 1999 } });
      expect(subscription).toMatchObject({ subscription_id: created.subscription_id, status: 'active' });
      expect(payments.data).toMatchObject([{ payment_id: created.payment.payment_id, status: 'completed' }]);
      const link = new URL(printed.by('CustomerId%3D').trim());
      expect(link.origin).toBe(demo.TEMPORAL_UI_URL);
      expect(link.searchParams.get('query')).toBe(`CustomerId="${created.customer_id}"`);
    });

    it('renews twelve times in a year: thirteen invoices, paid, numbered without a gap, period after period', () => {
      expect(printed.answersBy('"by":"P1Y"').at(-1)).toMatchObject({ advancing: false, target: null });
      const invoices = linesBy('i.period_start').map((line) => line.split(' '));
      expect(invoices.map(([number, status, , , total, currency]) => [number, status, total, currency])).toEqual(
        Array.from({ length: 13 }, (_, index) => [String(index + 1), 'paid', '1999', 'USD']),
      );
      expect(invoices.slice(1).map(([, , startsOn]) => startsOn)).toEqual(
        invoices.slice(0, -1).map(([, , , endsOn]) => endsOn),
      );
    });

    it('tells what happened: timeline, events, a balanced ledger, and the same on Kafka', () => {
      const lines = linesBy('/timeline');
      const story = lines.flatMap((line) => /^\S+Z ([a-z_]+) \{/.exec(line)?.[1] ?? []);
      expect(story).toEqual(['created', 'activated', ...Array.from({ length: 12 }, () => 'renewed')]);
      const sequences = lines.flatMap((line) => /^(\d+) [a-z]+\.[a-z_]+ /.exec(line)?.[1] ?? []).map(Number);
      expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => 55 + index));
      expect(lines.findLast((line) => /^\d+ /.test(line))).toContain(' subscriptions.renewed ');
      const amounts = lines.flatMap(
        (line) => / (?:receivable|revenue|provider_clearing) (-?\d+) USD$/.exec(line)?.[1] ?? [],
      );
      expect(amounts).toHaveLength(13 * 4);
      expect(amounts.reduce((sum, amount) => sum + Number(amount), 0)).toBe(0);
      const heard = lines.filter((line) => line.startsWith('subscriptions.'));
      const renewals = heard.filter((line) => line.startsWith('subscriptions.renewed '));
      expect([heard.length, renewals.length]).toEqual([13, 12]);
      expect(renewals).toEqual(renewals.toSorted());
    });

    it('ends with nothing that disagrees', () => {
      expect(printed.answersBy('npm run invariants')).toMatchObject([{ status: 'canceled' }]);
      expect(linesBy('npm run invariants').at(-1)).toMatch(/^0 violations; \d+ tenants, [1-9]/);
      expect(linesBy('npm run audit:verify').at(-1)).toMatch(
        /^[1-9]\d* audit rows of \d+ chains verified, 0 chains broken/,
      );
    });

    it('is past due after a decline, and active again after another card', () => {
      const looks = printed.answersBy('tok_decline_after_1').filter((answer) => answer.plan_id !== undefined);
      expect(looks.map(({ status }) => status)).toEqual(['past_due', 'active']);
      expect(looks[0]?.next_charge).toMatchObject({ amount: 1999 });
    });

    it('refunds, and bills by hand with a PDF', async () => {
      const [refund, invoice] = printed.answersBy('/refunds');
      expect(invoice).toMatchObject({ kind: 'manual', status: 'paid', total: 12_000, amount_paid: 12_000 });
      expect(readFileSync(join(desk.stateDir, 'invoice.pdf'), 'latin1').slice(0, 5)).toBe('%PDF-');
      await vi.waitFor(async () => {
        const { body } = await call('GET', `/v1/refunds/${refund.refund_id}`);
        expect(body).toMatchObject({ status: 'succeeded', amount: 500 });
      }, within);
    });

    it('charges by Stripe, PayPal and a provider of one’s own, and loses a dispute', () => {
      const payments = printed.answersBy('sk_test_tour').at(-1);
      expect(payments?.data).toMatchObject([{ status: 'completed', amount: 1999 }]);
      for (const part of ['secret_tour', 'custom-accounts'])
        expect(printed.answersBy(part).at(-1)).toMatchObject({ status: 'active', payment: { status: 'completed' } });
      const [subscription, disputes] = printed.answersBy('/control/disputes');
      expect(subscription).toMatchObject({ status: 'canceled' });
      expect(disputes.data).toMatchObject([{ status: 'lost', provider: 'stripe', subscription_status: 'canceled' }]);
    });

    it('gives a machine a token, narrows, replaces and ends a key, invites, and lets a customer in', async () => {
      expect(printed.by('$ADMIN_PASSWORD').trim()).toBe(
        `${demo.REDCORE_URL}/admin/  ${demo.ADMIN_LOGIN}  ${demo.ADMIN_PASSWORD}`,
      );
      expect(printed.answersBy('client_credentials')).toMatchObject([{ data: [{ name: 'Team' }] }]);
      expect(printed.by('"name":"CRM"')).toMatch(/^owner \d+ permissions$/m);
      const [plans, , replaced, ended, invitation] = printed.answersBy('"name":"CRM"');
      expect(plans).toMatchObject({ data: [{ name: 'Team' }] });
      expect(replaced).toMatchObject({ status: 'active', scopes: ['plans:read', 'customers:read'] });
      expect(ended).toMatchObject({ status: 'revoked', replaced_by: replaced.api_key_id });
      expect((await fetch(invitation.url)).status).toBe(200);
      const entered = await openTestBrowser().send(printed.answersBy('/portal-session')[0].url);
      expect([entered.status, entered.headers.get('location')]).toEqual([303, '/portal/']);
    });
  });

  it('bills for one key what another key finds as little as what never was', async () => {
    const created = await subscribe('tok_ok');
    expect(created).toMatchObject({ status: 'active', payment: { status: 'completed', amount: 700 } });
    const own = {
      plans: ['plan', created.plan_id],
      customers: ['customer', created.customer_id],
      subscriptions: ['subscription', created.subscription_id],
      payments: ['payment', created.payment.payment_id],
    } as const;
    for (const [resource, [kind, id]] of Object.entries(own)) {
      expect((await call('GET', `/v1/${resource}/${id}`)).status).toBe(200);
      const foreign = await call('GET', `/v1/${resource}/${id}`, undefined, demo.REDCORE_API_KEY_B);
      const unknown = await call('GET', `/v1/${resource}/${newId(kind)}`, undefined, demo.REDCORE_API_KEY_B);
      expect([foreign.status, foreign.text]).toEqual([404, unknown.text]);
    }
    paths = Object.entries(own).map(([resource, [, id]]) => `/v1/${resource}/${id}`);
  });

  it('takes the sandbox provider’s notifications at the API’s own port', async () => {
    expect(demo.WEBHOOKS_URL).toBe(`${demo.REDCORE_URL}/webhooks`);
    const created = await subscribe('tok_requires_action');
    expect(created.status).toBe('incomplete');
    const body = new URLSearchParams({ result: 'succeeded' });
    expect((await fetch(created.payment.next_action.url, { method: 'POST', body })).ok).toBe(true);
    await vi.waitFor(async () => {
      const subscription = await call('GET', `/v1/subscriptions/${created.subscription_id}`);
      expect(subscription.body.status).toBe('active');
      const { data } = (await call('GET', '/v1/admin/webhooks?provider=sandbox&limit=100')).body;
      expect(data.length).toBeGreaterThan(0);
      expect(data.filter((row: Json) => row.status !== 'processed')).toEqual([]);
    }, within);
  });

  it('serves both portals, and signs its administrator in on the pages of the identity service', async () => {
    for (const path of ['/admin/', '/portal/']) {
      const page = await fetch(demo.REDCORE_URL + path);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const script = /<script type="module"[^>]* src="([^"]+)"/.exec(await page.text())?.[1] ?? '';
      const served = await fetch(new URL(script, demo.REDCORE_URL));
      expect([served.status, served.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
    }
    const browser = openTestBrowser();
    const asked = await browser.follow(`${demo.REDCORE_URL}/auth/sign-in`, () => false);
    expect([asked.response?.status, asked.url.origin]).toEqual([200, demo.REDCORE_URL]);
    const token = /name="form_token" value="([^"]+)"/.exec((await asked.response?.text()) ?? '')?.[1] ?? '';
    const form = new URLSearchParams({ form_token: token, email: demo.ADMIN_LOGIN, password: demo.ADMIN_PASSWORD });
    const headers = { origin: demo.REDCORE_URL, 'sec-fetch-site': 'same-origin' };
    const sent = await browser.send(asked.url.href, { method: 'POST', headers, body: form });
    expect(sent.status).toBe(303);
    const next = new URL(sent.headers.get('location') ?? '', asked.url);
    await browser.follow(next.href, ({ pathname }) => pathname === '/admin/');
    const session = await browser.send(`${demo.REDCORE_URL}/v1/session`, { headers: { accept: 'application/json' } });
    expect(await session.json()).toMatchObject({ kind: 'user', email: demo.ADMIN_LOGIN, role: 'owner' });
  });

  it('ends with everything it started, and goes on with the same keys and the same rows', async () => {
    const before = { ...demo };
    const rows = await Promise.all(paths.map((path) => call('GET', path)));
    const commands = running?.processes().map(({ command }) => command) ?? [];
    const parts = ['postgres', 'temporal', 'kafka.Kafka', 'valkey', 'sandbox-provider.ts', 'all-in-one.ts', 'watchdog'];
    for (const part of parts) expect(commands).toContainEqual(expect.stringContaining(part));
    await stop('SIGTERM');
    await expect(fetch(before.REDCORE_URL)).rejects.toThrow();
    expect(() => statSync(desk.demoEnvFile)).toThrow('ENOENT');

    await start();
    for (const name of lasting) expect(demo[name]).toBe(before[name]);
    const again = await Promise.all(paths.map((path) => call('GET', path)));
    expect(again.map(({ status, text }) => [status, text])).toEqual(rows.map(({ text }) => [200, text]));
    await stop('SIGINT');
  });

  it('begins anew with --reset: other keys, no rows', async () => {
    const before = { ...demo };
    await start('--reset', '--empty');
    for (const name of lasting.filter((one) => one !== 'ADMIN_LOGIN')) expect(demo[name]).not.toBe(before[name]);
    expect((await call('GET', '/v1/plans', undefined, before.REDCORE_API_KEY)).status).toBe(401);
    for (const list of ['plans', 'customers', 'subscriptions', 'payments', 'invoices'])
      expect((await call('GET', `/v1/${list}`)).body.data).toEqual([]);
  });
});
