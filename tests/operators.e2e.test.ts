import { afterAll, beforeAll, expect, it } from 'vitest';
import { readValues } from '../adapters/cache/redis/read-values.ts';
import { newId } from '../db/new-id.ts';
import { sessionsPrefix } from '../identity/sessions/session-store.ts';
import { HttpBrowser } from './support/http-browser.ts';
import { makeUser, password, placeUser } from './support/people.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { type CommandResult, runCommand } from './support/run-command.ts';
import { stackEnv } from './support/stack-env.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

function run(command: 'create' | 'remove', ...args: string[]): Promise<CommandResult> {
  const { addresses, apiUrl } = platform;
  const environment = {
    DATABASE_URL: addresses.databaseUrl,
    TEMPORAL_ADDRESS: addresses.temporalAddress,
    TEMPORAL_NAMESPACE: addresses.temporalNamespace,
    SANDBOX_PROVIDER_URL: addresses.sandboxProviderUrl,
    REDIS_URL: stackEnv().redisUrl,
    REDCORE_PUBLIC_URL: apiUrl,
  };
  return runCommand(`stack/${command}-operator.ts`, { environment, args });
}

/** Made by the command, with a password set by the link it prints. */
async function makeOperator(email: string): Promise<void> {
  await setPassword(await run('create', '--email', email));
}

async function setPassword(made: CommandResult, wanted = password): Promise<void> {
  expect(made).toMatchObject({ exitCode: 0, errors: '' });
  const url = made.lines.find((line) => line.startsWith('PASSWORD_URL='))?.slice('PASSWORD_URL='.length) ?? '';
  const browser = new HttpBrowser(platform.apiUrl);
  const form = { form_token: await formTokenOf(await browser.get(url)), password: wanted };
  expect(await (await browser.send('POST', url, { form })).text()).toContain('Your password is set');
}

const formTokenOf = async (page: Response | null) =>
  /name="form_token" value="([^"]+)"/.exec((await page?.text()) ?? '')?.[1] ?? '';

/** What the login page answers, and the browser that asked. */
async function signIn(email: string, shown = password): Promise<{ browser: HttpBrowser; status: number }> {
  const browser = new HttpBrowser(platform.apiUrl);
  const { url, response } = await browser.follow('/auth/sign-in');
  const form = { form_token: await formTokenOf(response), email, password: shown };
  const { status } = await browser.send('POST', url.href, { form });
  if (status === 303) await browser.follow(url.href, '/admin/');
  return { browser, status };
}

const session = (browser: HttpBrowser) => browser.get('/v1/session');

/** Whether any session is kept of this user: what it opens is not asked. */
async function hasSession(userId: string): Promise<boolean> {
  const wanted = { prefix: `${sessionsPrefix}sessions:user:${userId}`, keysMax: 10 };
  return (await readValues(stackEnv().redisUrl, wanted, () => undefined)).read > 0;
}

const audited = (userId: string, tenantId = 'platform') =>
  platform.owner`select details from audit_log
    where tenant_id = ${tenantId} and resource_id = ${userId} and action = 'user.changed' order by at, id`;

async function idOf(email: string): Promise<string> {
  const [row] = await platform.owner`select id from identity.users where email = ${email}`;
  return row?.['id'] as string;
}

it('an operator who is removed is signed out, and goes on as what the account is in its tenants', async () => {
  const email = `${newId('user')}@operators.example`;
  await makeOperator(email);
  const userId = await idOf(email);
  const { browser } = await signIn(email);
  expect(await (await session(browser)).json()).toMatchObject({ kind: 'operator', actor: userId });
  const grant = { id: userId, payload: platform.owner.json({ accountId: `${userId}.platform` }) };
  await platform.owner`insert into identity.oidc_records ${platform.owner({ model: 'Grant', ...grant })}`;
  const tenant = await platform.makeTenant();
  await placeUser(platform, tenant, { email, role: 'viewer' });
  expect(await hasSession(userId)).toBe(true);

  const removed = await run('remove', '--email', email.toUpperCase());
  expect(removed).toMatchObject({ exitCode: 0, errors: '' });
  expect(await hasSession(userId)).toBe(false);
  expect((await session(browser)).status).toBe(401);
  expect(await platform.owner`select 1 from identity.oidc_records where id = ${userId}`).toEqual([]);
  // A login counts by its whole second: one in the second of the removal is ended with those before.
  const signInAgain = async () => (await session((await signIn(email)).browser)).json();
  const standing = { kind: 'user', role: 'viewer', tenant: { tenant_id: tenant.tenantId } };
  await expect.poll(signInAgain, { timeout: 20_000, interval: 2_000 }).toMatchObject(standing);
  const change = { before: { is_operator: true, status: 'active' }, after: { is_operator: false, status: 'active' } };
  expect(await audited(userId)).toEqual([{ details: change }]);
  expect(await audited(userId, tenant.tenantId)).toEqual([]);
  expect(await run('remove', '--email', email)).toMatchObject({ exitCode: 0 });
  expect(await audited(userId)).toHaveLength(1);
});

it('an account that is closed opens nothing, until it is an operator’s again', async () => {
  const email = `${newId('user')}@operators.example`;
  await makeOperator(email);
  const userId = await idOf(email);
  const tenant = await platform.makeTenant();
  await placeUser(platform, tenant, { email, role: 'viewer' });
  const { browser } = await signIn(email);
  const link = await run('create', '--email', email);
  const linkUrl = link.lines.find((line) => line.startsWith('PASSWORD_URL='))?.slice('PASSWORD_URL='.length) ?? '';

  expect(await run('remove', '--email', email, '--close')).toMatchObject({ exitCode: 0, errors: '' });
  expect((await session(browser)).status).toBe(401);
  expect((await signIn(email)).status).toBe(401);
  expect((await browser.get(linkUrl)).status).toBe(404);
  const change = { before: { is_operator: true, status: 'active' }, after: { is_operator: false, status: 'disabled' } };
  expect([await audited(userId), await audited(userId, tenant.tenantId)]).toEqual([
    [{ details: change }],
    [{ details: change }],
  ]);
  await makeOperator(email);
  expect((await signIn(email)).status).toBe(303);
});

it('whoever held the account of an operator to be is out of it, and in by no password of theirs', async () => {
  const email = await makeUser(platform);
  const userId = await idOf(email);
  const tenant = await platform.makeTenant();
  await placeUser(platform, tenant, { email, role: 'viewer' });
  const { browser } = await signIn(email);
  expect(await (await session(browser)).json()).toMatchObject({ kind: 'user', actor: userId });

  const made = await run('create', '--email', email);
  expect(made.lines[0]).toContain('its password and second factor are void');
  expect([await hasSession(userId), (await session(browser)).status]).toEqual([false, 401]);
  // Nor does what the login page remembers of that browser let it in.
  expect((await browser.follow('/auth/sign-in', '/identity/sign-in/')).url.pathname).toContain('/identity/sign-in/');
  expect((await signIn(email)).status).toBe(401);
  const own = 'an orchard behind glass';
  await setPassword(made, own);
  expect((await signIn(email, own)).status).toBe(303);
  const known = await run('create', '--email', email);
  expect([known.exitCode, known.lines[0]]).toEqual([0, `OPERATOR_LOGIN=${email}`]);
  expect((await signIn(email, own)).status).toBe(303);
});

it('nobody is removed by an address nobody has, or by none', async () => {
  const unknown = await run('remove', '--email', 'nobody@operators.example');
  expect(unknown).toMatchObject({ exitCode: 1, errors: 'Nobody has the address nobody@operators.example.\n' });
  expect((await run('remove')).exitCode).toBe(2);
});
