import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionCookie } from '../identity/sessions/cookie.ts';
import { findChromium } from '../stack/find-chromium.ts';
import { openChromium } from './support/chromium.ts';
import { makeUser, password, placeUser } from './support/people.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';

const executable = findChromium();

let platform: TestPlatform;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let email: string;

beforeAll(async () => {
  if (executable === null) return;
  platform = await startTestPlatform();
  browser = await openChromium(executable);
  context = await browser.newContext();
  page = await context.newPage();
  email = await makeUser(platform);
  await placeUser(platform, await platform.makeTenant(), { email, role: 'admin' });
});
beforeEach(({ skip }) => skip(executable === null, 'Chromium is not on the PATH'));
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

/** As a page of ours calls. */
const call = (path: string, method = 'GET') =>
  page.evaluate(
    async ([address, verb]) => {
      const response = await fetch(address, { method: verb, headers: { accept: 'application/json' } });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    },
    [path, method] as const,
  );

async function signIn(): Promise<void> {
  await page.goto(`${platform.apiUrl}/auth/sign-in`);
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  await page.waitForURL('**/admin/');
}

describe('a person at a browser', () => {
  it('is asked to sign in on a page that fits a phone and a desktop', async () => {
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${platform.apiUrl}/auth/sign-in`);
      expect(page.url()).toContain('/identity/sign-in/');
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBe(0);
      await page.screenshot({ path: join(platform.dataDir, '..', `sign-in-${width}.png`) });
    }
  });

  it('lands signed in, by a cookie no script reads, and stays so over a refresh', async () => {
    await signIn();
    const { status, body } = await call('/v1/session');
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'user', email, role: 'admin' });
    const cookies = await context.cookies();
    expect(cookies.find(({ name }) => name === sessionCookie)).toMatchObject({
      ...{ httpOnly: true, secure: true, sameSite: 'Lax', path: '/', expires: -1 },
    });
    expect(await page.evaluate('document.cookie')).toBe('');
    const stored = await page.evaluate('JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)])');
    expect([stored, page.url()].join()).not.toContain('eyJ');
    await page.reload();
    expect((await call('/v1/session')).body['email']).toBe(email);
  });

  it('signs out: neither the page before nor the cookie shows anything more', async () => {
    const before = (await context.cookies()).filter(({ name }) => name === sessionCookie);
    const { body } = await call('/auth/sign-out', 'POST');
    expect(body['continue_at']).toContain('/oauth/end-session');
    await page.goto(body['continue_at'] ?? '');
    await page.waitForURL('**/auth/signed-out');
    expect((await context.cookies()).some(({ name }) => name === sessionCookie)).toBe(false);
    await page.goto(`${platform.apiUrl}/docs`);
    expect((await call('/v1/session')).status).toBe(401);
    await context.addCookies(before);
    expect((await call('/v1/session')).status).toBe(401);
    await page.goBack();
    expect(await page.content()).not.toContain(email);
  });
});
