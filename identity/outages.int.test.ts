import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityHarness, startIdentityHarness } from '../tests/support/identity-harness.ts';
import { openTestBrowser } from '../tests/support/test-browser.ts';

let harness: IdentityHarness;

beforeAll(async () => {
  harness = await startIdentityHarness();
});
afterEach(async () => {
  harness.redis.mend();
  harness.identity.mend();
  const isBack = async () => (await fetch(`${harness.url}/oauth/token`, { method: 'POST' })).status;
  await expect.poll(isBack, { timeout: 10_000 }).toBe(400);
});
afterAll(() => harness.stop());

async function openMachine() {
  const tenantId = await harness.makeTenant();
  const { id, secret } = await harness.makeClient(tenantId);
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
  const ask = () => fetch(`${harness.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  const use = (token: string) => fetch(`${harness.url}/v1/plans`, { headers: { authorization: `Bearer ${token}` } });
  return { ask, use, id };
}

async function tokenOf(response: Response): Promise<string> {
  return ((await response.json()) as { access_token: string }).access_token;
}

describe('while Redis is away', () => {
  it('nobody gets a token, and those who have one go on', async () => {
    const { ask, use } = await openMachine();
    const token = await tokenOf(await ask());
    harness.redis.cut();
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect((await use(token)).status).toBe(200);
    harness.redis.mend();
    await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
  });

  it('nobody is sent to a login that could not end', async () => {
    harness.redis.cut();
    const query = new URLSearchParams({
      ...{ client_id: 'redcore-portals', response_type: 'code', redirect_uri: `${harness.url}/auth/callback` },
      ...{ scope: 'openid', code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' },
    });
    const response = await openTestBrowser().send(`${harness.url}/oauth/authorize?${query.toString()}`);
    const told = response.headers.get('location') ?? (await response.text());
    expect(told).toContain('temporarily_unavailable');
    expect(told).not.toContain('/identity/sign-in/');
  });
});

describe('while the identity service is away', () => {
  it('its addresses answer so, and tokens are still checked', async () => {
    const { ask, use } = await openMachine();
    const token = await tokenOf(await ask());
    expect((await use(token)).status).toBe(200);
    harness.identity.cut();
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ code: 'service_unavailable' });
    expect((await use(token)).status).toBe(200);
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    expect((await use(forged)).status).toBe(401);
  });
});

describe('what is passed on', () => {
  it('is at most 64 KiB', async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', padding: 'x'.repeat(70_000) });
    const response = await fetch(`${harness.url}/oauth/token`, { method: 'POST', body });
    expect(response.status).toBe(413);
  });

  it('carries one request id through, and is logged once by its pattern', async () => {
    const response = await fetch(`${harness.url}/oauth/jwks`, { headers: { 'x-request-id': 'passed-on-1' } });
    await response.arrayBuffer();
    expect(response.headers.get('x-request-id')).toBe('passed-on-1');
    const lines = harness.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    const own = lines.filter((line) => line['requestId'] === 'passed-on-1');
    expect(own).toEqual([expect.objectContaining({ route: '/oauth/*', status: 200 })]);
  });

  it('names no secret in the log', async () => {
    const { ask } = await openMachine();
    const token = await tokenOf(await ask());
    const text = harness.logged.join('\n');
    expect(text).not.toContain(token.split('.')[2]);
    expect(text).not.toContain('rcs_');
  });
});
