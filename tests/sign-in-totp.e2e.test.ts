import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../db/new-id.ts';
import { createPasswordHasher } from '../identity/accounts/password-hasher.ts';
import { findChromium } from '../stack/find-chromium.ts';
import { openChromium } from './support/chromium.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { expectUsablePage } from './support/portal-journeys.ts';

const executable = findChromium();
const password = 'a long enough pass phrase';

let platform: TestPlatform;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let email: string;
let recoveryCodes: string[];
let secret: string;

beforeAll(async () => {
  if (executable === null) return;
  platform = await startTestPlatform();
  browser = await openChromium(executable);
  context = await browser.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const { tenantId } = await platform.makeTenant();
  const userId = newId('user');
  email = `${userId}@people.example`;
  const hash = await createPasswordHasher().hash(password);
  await platform.owner`insert into identity.users (id, email, name, password_hash, password_changed_at)
    values (${userId}, ${email}, 'Ada', ${hash}, now())`;
  await platform.owner`insert into memberships (tenant_id, id, email, name, role)
    values (${tenantId}, ${userId}, ${email}, 'Ada', 'admin')`;
});
beforeEach(({ skip }) => skip(executable === null, 'Chromium is not on the PATH'));
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const codeAt = (steps = 0) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + steps * 30_000 });

/** As a page of ours calls. */
const call = (path: string, method: string, body?: object) =>
  page.evaluate(
    async ([address, verb, text]) => {
      const headers = { accept: 'application/json', 'content-type': 'application/json' };
      const response = await fetch(address, { method: verb, headers, ...(text === '' ? {} : { body: text }) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    [path, method, body === undefined ? '' : JSON.stringify(body)] as const,
  );

async function enterPassword(): Promise<void> {
  await page.goto(`${platform.apiUrl}/admin/`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function enterCode(code: string): Promise<void> {
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor();
  await page.getByRole('textbox', { name: 'Code' }).fill(code);
  await page.getByRole('button', { name: 'Go on' }).click();
}

const isIn = () => page.getByRole('button', { name: 'Sign out' }).waitFor();
const isRefused = () => page.getByRole('alert').getByText('This code is wrong, or was used already.').waitFor();

/** One click, and nobody is asked again. */
async function signOut(): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
}

describe('a person with a second factor', () => {
  it('sets it up, signed in by the password alone so far', async () => {
    await enterPassword();
    await isIn();
    const offered = await call('/v1/me/totp', 'POST', { password });
    expect(offered.status).toBe(201);
    secret = String(offered.body['secret']);
    // Of the step before: the one at hand is left for signing in.
    const confirmed = await call('/v1/me/totp/confirm', 'POST', { code: codeAt(-1) });
    expect(confirmed.status).toBe(200);
    recoveryCodes = confirmed.body['recovery_codes'] as string[];
    expect(recoveryCodes).toHaveLength(10);
    await signOut();
  });

  it('signs in by password and code, and by no wrong one', async () => {
    await enterPassword();
    await enterCode(codeAt(20));
    await isRefused();
    await expectUsablePage(page);
    const code = codeAt();
    await enterCode(code);
    await isIn();
    await signOut();
    await enterPassword();
    await enterCode(code);
    await isRefused();
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('__Host-redcore');
  });

  it('signs in by a recovery code once', async () => {
    const [code = ''] = recoveryCodes;
    await enterCode(code);
    await isIn();
    await signOut();
    await enterPassword();
    await enterCode(code);
    await isRefused();
    await enterCode(recoveryCodes[1] ?? '');
    await isIn();
    expect((await call('/v1/me', 'GET')).body).toMatchObject({ totp_enabled: true, recovery_codes_left: 8 });
  });

  it('finds in the audit where each of it came from', async () => {
    const rows = await platform.owner<{ action: string; reason: string | null; ipAddress: string | null }[]>`
      select action, details->>'reason' as reason, ip_address from audit_log a
      where resource_id = (select id from identity.users where email = ${email}) and starts_with(action, 'login.')
      order by at`;
    expect(rows.map(({ action, reason }) => reason ?? action)).toEqual([
      ...['login.succeeded', 'wrong_code', 'login.succeeded', 'wrong_code', 'login.succeeded', 'wrong_code'],
      'login.succeeded',
    ]);
    expect(new Set(rows.map(({ ipAddress }) => ipAddress))).toEqual(new Set(['127.0.0.1']));
  });
});
