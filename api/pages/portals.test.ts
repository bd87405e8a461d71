import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePortals } from './portals.ts';

const folder = mkdtempSync(join(tmpdir(), 'portals-'));
const app = new Hono();

beforeAll(() => {
  for (const portal of ['customer', 'admin']) {
    mkdirSync(join(folder, portal, 'assets'), { recursive: true });
    const shell = `<meta property="csp-nonce" nonce="__style_nonce__"><div id="root"></div><p>${portal}</p>`;
    writeFileSync(join(folder, portal, 'index.html'), shell);
    writeFileSync(join(folder, portal, 'assets', 'index-abc.js'), 'export {};');
  }
  writeFileSync(join(folder, 'secret.js'), 'not to be served');
  servePortals(app, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (path: string) => app.request(path);

describe('the shell', () => {
  it.each([
    ['/portal', 'customer'],
    ['/portal/', 'customer'],
    ['/portal/billing', 'customer'],
    ['/admin', 'admin'],
    ['/admin/', 'admin'],
    ['/admin/payments/pay_1', 'admin'],
    ['/admin/payments/pay_1/retry', 'admin'],
  ])('answers %s, so that links lead into the page', async (path, portal) => {
    const response = await get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const html = await response.text();
    expect(html).toContain('<div id="root"></div>');
    expect(html).toContain(`<p>${portal}</p>`);
  });

  it('admits scripts of its own origin alone, and styles with the nonce of this answer', async () => {
    const [one, other] = [await get('/admin/'), await get('/admin/')];
    const policyOf = (response: Response) => response.headers.get('content-security-policy') ?? '';
    const nonceOf = (response: Response) => /'nonce-([^']+)'/.exec(policyOf(response))?.[1] ?? '';
    expect(policyOf(one)).toContain("default-src 'none'");
    expect(policyOf(one)).toContain("script-src 'self';");
    expect(policyOf(one)).not.toContain('unsafe');
    expect(nonceOf(one)).toHaveLength(24);
    expect(nonceOf(one)).not.toBe(nonceOf(other));
    const html = await one.text();
    expect(html).toContain(`nonce="${nonceOf(one)}"`);
    expect(html).not.toContain('__style_nonce__');
    expect(one.headers.get('cache-control')).toBe('no-store');
  });

  it('says so where the portals are not built', async () => {
    const bare = new Hono();
    servePortals(bare, join(folder, 'nowhere'));
    const response = await bare.request('/admin/');
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([503, 'service_unavailable']);
  });
});

describe('assets', () => {
  it('are kept for good: their names change with their content', async () => {
    const response = await get('/portal/assets/index-abc.js');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each(['/portal/assets/gone.js', '/portal/assets/..%2f..%2fsecret.js', '/portal/assets/index-abc.json'])(
    'that are not there are no page: %s',
    async (path) => {
      const response = await get(path);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, 'not_found']);
    },
  );
});
