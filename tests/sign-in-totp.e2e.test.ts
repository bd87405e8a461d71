import { setTimeout as delay } from 'node:timers/promises';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../stack/find-chromium.ts';
import { openChromium } from './support/chromium.ts';
import { makeUser, password, placeUser } from './support/people.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { expectUsablePage } from './support/portal-journeys.ts';

const executable = findChromium();

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
  context = await browser.newContext({ reducedMotion: 'reduce' });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  email = await makeUser(platform);
  await placeUser(platform, await platform.makeTenant(), { email, role: 'admin' });
});
beforeEach(({ skip }) => skip(executable === null, 'Chromium is not on the PATH'));
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const stepMs = 30_000;
const codeAt = (steps = 0) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + steps * stepMs });

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

/** One story: each goes on where the one before has left the person and the browser. */
describe('a person with a second factor', { concurrent: false, shuffle: false }, () => {
  it('sets it up, signed in by the password alone so far', async () => {
    await enterPassword();
    await isIn();
    await page.getByRole('link', { name: 'Your account' }).click();
    await page.getByRole('button', { name: 'Set up' }).click();
    const prove = async (given: string) => {
      const factor = page.getByRole('region', { name: 'Second factor' });
      await factor.getByLabel('Current password').fill(given);
      await factor.getByRole('button', { name: 'Go on' }).click();
    };
    await prove('not the pass phrase');
    await page.getByRole('alert').getByText('The password or code is not right').waitFor();
    await prove(password);
    await page.getByRole('img', { name: 'The secret as a picture to be scanned' }).waitFor();
    secret = await page.getByRole('textbox', { name: 'Or type this secret' }).inputValue();
    await expectUsablePage(page);
    // Of the step before: the one at hand is left for signing in. It has to arrive within this one.
    const leftMs = stepMs - (Date.now() % stepMs);
    if (leftMs < stepMs / 3) await delay(leftMs);
    await page.getByRole('textbox', { name: 'Code' }).fill(codeAt(-1));
    await page.getByRole('button', { name: 'Turn on' }).click();
    const list = page.getByRole('list', { name: 'Recovery codes' });
    await list.waitFor();
    recoveryCodes = await list.getByRole('listitem').allInnerTexts();
    expect(new Set(recoveryCodes).size).toBe(10);
    await expectUsablePage(page);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('On. You have 10 recovery codes left.').waitFor();
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
    await page.goto(`${platform.apiUrl}/admin/account`);
    await page.getByText('On. You have 8 recovery codes left.').waitFor();
    expect(await page.getByRole('button', { name: 'New recovery codes' }).isEnabled()).toBe(true);
  });

  it('changes the password, which ends this session too, and signs in by the new one', async () => {
    const section = page.getByRole('region', { name: 'Password' });
    await section.getByLabel('Current password').fill(password);
    await section.getByLabel('New password').fill('another long pass phrase');
    await section.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await context.request.get(`${platform.apiUrl}/v1/session`)).status()).toBe(401);
    await page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
    await page.getByLabel('Password').fill('another long pass phrase');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await enterCode(recoveryCodes[2] ?? '');
    await page.getByText('On. You have 7 recovery codes left.').waitFor();
  });

  it('finds in the audit where each of it came from', async () => {
    const rows = await platform.owner<{ action: string; reason: string | null; ipAddress: string | null }[]>`
      select action, details->>'reason' as reason, ip_address from audit_log a
      where resource_id = (select id from identity.users where email = ${email}) and starts_with(action, 'login.')
      order by at`;
    expect(rows.map(({ action, reason }) => reason ?? action)).toEqual([
      ...['login.succeeded', 'wrong_password', 'wrong_code', 'login.succeeded', 'wrong_code', 'login.succeeded'],
      ...['wrong_code', 'login.succeeded', 'login.succeeded'],
    ]);
    expect(new Set(rows.map(({ ipAddress }) => ipAddress))).toEqual(new Set(['127.0.0.1']));
  });
});
