import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { findChromium } from '../../stack/find-chromium.ts';
import { openChromium } from './chromium.ts';
import { makeUser, password, placeUser } from './people.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';

const patienceMs = 30_000;

export interface PortalJourneys {
  platform: TestPlatform;
  /** Where browsers find it. */
  url: string;
  /** By a one-time link, as the business would send it. */
  openCustomerPortal(tenant: PlatformTenant, customerId: string, screen?: Screen): Promise<Page>;
  /** Through the sign-in pages, as a user of that role. */
  openAdminPortal(tenant: PlatformTenant, role: string, screen?: Screen): Promise<Page>;
  /** Through the sign-in pages, as somebody who runs the platform and is in no business yet. */
  openOperatorPortal(): Promise<Page>;
  stop(): Promise<void>;
}

export interface Screen {
  width: number;
  height: number;
  colorScheme?: 'light' | 'dark';
  /** Whose clocks the reader has; else this machine's. */
  timezoneId?: string;
}

export const phone = { width: 390, height: 844, colorScheme: 'dark' } as const satisfies Screen;
/** The narrowest window the portals are made for. */
export const smallPhone = { ...phone, width: 360, height: 740 } as const satisfies Screen;
export const desk = { width: 1440, height: 900, colorScheme: 'light' } as const satisfies Screen;

/** The platform with a browser before it, at an address of its own or at the one given; null where there is no browser. */
export async function startPortalJourneys(publicUrl?: string): Promise<PortalJourneys | null> {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  const browser = await openChromium(executablePath);
  const adaptEnvironment = (_role: unknown, given: NodeJS.ProcessEnv) => ({ ...given, REDCORE_PUBLIC_URL: publicUrl });
  const platform = await startTestPlatform(publicUrl === undefined ? {} : { adaptEnvironment });
  const url = publicUrl ?? platform.apiUrl;
  return {
    ...{ platform, url },
    async openCustomerPortal(tenant, customerId, screen) {
      const page = await openPage(browser, screen);
      const { url } = await tenant.rest.post<{ url: string }>(`/v1/customers/${customerId}/portal-session`, {});
      await page.goto(url);
      return page;
    },
    async openAdminPortal(tenant, role, screen) {
      const email = await makeUser(platform);
      await placeUser(platform, tenant, { email, role });
      const page = await openPage(browser, screen);
      await signIn(platform, page, email);
      await page.getByRole('navigation', { name: 'Navigation' }).waitFor({ state: 'attached' });
      return page;
    },
    async openOperatorPortal() {
      const page = await openPage(browser);
      await signIn(platform, page, await makeUser(platform, { isOperator: true }));
      return page;
    },
    async stop() {
      await browser.close();
      await platform.stop();
    },
  };
}

async function openPage(browser: Browser, screen: Screen = { width: 1280, height: 900 }): Promise<Page> {
  const { width, height, colorScheme = 'light', timezoneId } = screen;
  const clocks = timezoneId === undefined ? {} : { timezoneId };
  // Without motion: what is half faded is judged as too faint.
  const looks = { colorScheme, locale: 'en-US', reducedMotion: 'reduce' } as const;
  const context = await browser.newContext({ viewport: { width, height }, ...looks, ...clocks });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  return page;
}

async function signIn({ apiUrl }: TestPlatform, page: Page, email: string): Promise<void> {
  await page.goto(`${apiUrl}/admin/`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** What stands there is judged in these colours. */
export async function expectColours(page: Page, { colorScheme }: Required<Pick<Screen, 'colorScheme'>>): Promise<void> {
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
}

/** Nothing an assistive technology stumbles over, and nothing beyond the window's edge. */
export async function expectUsablePage(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(grave.map(({ id, nodes }) => [id, ...nodes.map(({ target }) => target.join(' '))])).toEqual([]);
  const overhang = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  expect(overhang).toBeLessThanOrEqual(0);
}

/** The same page on the smallest phone in the dark, and then at a desk in the light. */
export async function expectUsableEverywhere(page: Page): Promise<void> {
  for (const screen of [smallPhone, desk]) {
    const { width, height, colorScheme } = screen;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await expectColours(page, screen);
    await expectUsablePage(page);
  }
}
