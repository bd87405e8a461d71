import * as client from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../db/new-id.ts';
import { findChromium } from '../stack/find-chromium.ts';
import { openChromium } from './support/chromium.ts';
import { makeUser, password, placeUser } from './support/people.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { desk, expectUsablePage, smallPhone } from './support/portal-journeys.ts';
import { startTestApplication, type TestApplication } from './support/test-application.ts';

const executable = findChromium();
const patienceMs = 20_000;
const anotherPassword = 'amber ladder by the river';

let platform: TestPlatform;
let browser: Browser;
let tenant: PlatformTenant;
let application: TestApplication;
let configuration: client.Configuration;
let email: string;

beforeAll(async () => {
  if (executable === null) return;
  platform = await startTestPlatform();
  browser = await openChromium(executable);
  tenant = await platform.makeTenant();
  application = await startTestApplication();
  email = await makeUser(platform);
  await placeUser(platform, tenant, { email, role: 'admin' });
  const made = await tenant.rest.post<{ client_id: string; client_secret: string }>('/v1/oauth-clients', {
    name: 'Shop & Co',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [application.redirectUri],
    role: 'admin',
  });
  const of = { clientId: made.client_id, secret: made.client_secret };
  configuration = await application.connect(platform.apiUrl, of);
});
beforeEach(({ skip }) => skip(executable === null, 'Chromium is not on the PATH'));
afterAll(async () => {
  await browser?.close();
  await application?.stop();
  await platform?.stop();
});

async function openPage(locale = 'en-US'): Promise<Page> {
  const page = await (await browser.newContext({ locale })).newPage();
  page.setDefaultTimeout(patienceMs);
  return page;
}

/** The page with this heading: in the dark on the smallest phone, and in the light at a desk. */
async function expectHeading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name, exact: true }).waitFor();
  for (const { width, height, colorScheme } of [smallPhone, desk]) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await expectUsablePage(page);
  }
}

const begin = (page: Page, more = '') =>
  page.goto(`${application.url}/?scope=${encodeURIComponent('openid email plans:read')}${more}`);

async function enter(page: Page, who: { email: string; password: string }, words = english): Promise<void> {
  await page.getByRole('textbox', { name: words.email }).fill(who.email);
  await page.getByLabel(words.password, { exact: true }).fill(who.password);
  await page.getByRole('button', { name: words.signIn }).click();
}

const english = { email: 'E-mail address', password: 'Password', signIn: 'Sign in' };
const german = { email: 'E-Mail-Adresse', password: 'Passwort', signIn: 'Anmelden' };

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).waitFor();

describe('an application of a business', () => {
  it('gets what its user allows on the real pages, goes on by its refresh token, and nothing after signing out', async () => {
    const page = await openPage();
    await begin(page);
    await expectHeading(page, 'Sign in');
    await page.getByText('to continue to Shop & Co').waitFor();
    await enter(page, { email, password: 'not the password' });
    await page.getByRole('alert').getByText('E-mail address or password is wrong.').waitFor();
    await enter(page, { email, password });
    await expectHeading(page, 'Allow Shop & Co?');
    await page.getByText('read plans').waitFor();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await heading(page, /^Signed in as usr_/);

    const first = application.signedIn();
    const readPlans = async (token: string) =>
      (await fetch(`${platform.apiUrl}/v1/plans`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await readPlans(first.access_token)).toBe(200);
    const second = await client.refreshTokenGrant(configuration, first.refresh_token ?? '');
    expect(await readPlans(second.access_token)).toBe(200);

    await page.goto(client.buildEndSessionUrl(configuration, { id_token_hint: first.id_token ?? '' }).href);
    await expectHeading(page, 'Sign out?');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expectHeading(page, 'You are signed out');
    await expect(client.refreshTokenGrant(configuration, second.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await begin(page);
    await heading(page, 'Sign in');
  });

  it('is told so where its user does not allow it, who reads the pages in the language of the browser', async () => {
    const page = await openPage('de-DE');
    await begin(page);
    await heading(page, 'Anmelden');
    await enter(page, { email, password }, german);
    await expectHeading(page, 'Shop & Co zulassen?');
    await page.getByText('Tarife lesen').waitFor();
    await page.getByRole('button', { name: 'Nicht zulassen' }).click();
    await heading(page, 'Not signed in: access_denied');
    expect(() => application.signedIn()).toThrow('nobody is signed in');
    // What the application asks for counts before what the browser does.
    await page.context().clearCookies();
    await begin(page, '&ui_locales=en');
    await heading(page, 'Sign in');
  });

  it('that asks for what it may not is shown to its user as a page that explains itself', async () => {
    const page = await openPage();
    await page.goto(`${platform.apiUrl}/oauth/authorize?client_id=nobody&response_type=code`);
    await expectHeading(page, 'This did not work');
  });
});

describe('somebody new', () => {
  const isIn = (page: Page) => page.getByRole('button', { name: 'Sign out' }).waitFor();

  it('comes by an invitation, chooses a password, and signs in with it', async () => {
    const invited = `${newId('user')}@people.example`;
    const made = await tenant.rest.post<{ url: string }>('/v1/invitations', { email: invited, role: 'viewer' });
    const page = await openPage();
    await page.goto(made.url);
    await page.getByText(`for ${invited}, as viewer`).waitFor();
    const title = await page.getByRole('heading').innerText();
    await expectHeading(page, title);
    await page.getByRole('textbox', { name: 'Your name' }).fill('Grace Hopper');
    await page.getByLabel('Choose a password').fill('Password2026!');
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('alert').getByText('guessed first').waitFor();
    await page.getByLabel('Choose a password').fill(anotherPassword);
    await page.getByRole('button', { name: 'Accept' }).click();
    await expectHeading(page, title.replace('Join', 'Welcome to'));
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await enter(page, { email: invited, password: anotherPassword });
    await isIn(page);
    const again = await openPage();
    await again.goto(made.url);
    await expectHeading(again, 'This invitation is over');
  });

  it('who forgot the password comes back by the link of an administrator, and the old password opens nothing', async () => {
    const forgetful = await makeUser(platform);
    await placeUser(platform, tenant, { email: forgetful, role: 'viewer' });
    const [userId] = forgetful.split('@');
    const made = await tenant.rest.post<{ url: string }>(`/v1/users/${userId}/password-reset`, {});
    const page = await openPage();
    await page.goto(made.url);
    await expectHeading(page, 'Set a new password');
    await page.getByLabel('New password').fill(anotherPassword);
    await page.getByRole('button', { name: 'Set password' }).click();
    await expectHeading(page, 'Password set');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await enter(page, { email: forgetful, password });
    await page.getByRole('alert').getByText('E-mail address or password is wrong.').waitFor();
    await enter(page, { email: forgetful, password: anotherPassword });
    await isIn(page);
    await page.goto(made.url);
    await expectHeading(page, 'This link is over');
    await page.getByRole('link', { name: 'Ask for another' }).click();
    await expectHeading(page, 'Forgotten password');
  });
});
