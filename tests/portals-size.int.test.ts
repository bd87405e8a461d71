import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const builtFolder = join(import.meta.dirname, '..', 'portals', 'dist');
const firstLoadMax = 250 * 1024;
/** The page one arrives at. */
const startPages = { customer: /^overview-page-/, admin: /^home-page-/ };

function sizeOf(portal: string, asset: string): number {
  return gzipSync(readFileSync(join(builtFolder, portal, 'assets', asset)), { level: 6 }).length;
}

/** What a static import of a chunk brings along. */
function withImports(portal: string, asset: string, seen = new Set<string>()): Set<string> {
  if (seen.has(asset)) return seen;
  seen.add(asset);
  const text = asset.endsWith('.js') ? readFileSync(join(builtFolder, portal, 'assets', asset), 'utf8') : '';
  for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) {
    withImports(portal, imported, seen);
  }
  return seen;
}

describe.each(Object.entries(startPages))('the %s portal', (portal, startPage) => {
  it('loads its shell and first page within 250 KB, compressed', () => {
    const shell = readFileSync(join(builtFolder, portal, 'index.html'), 'utf8');
    const named = [...shell.matchAll(/assets\/([\w.-]+)"/g)].map(([, name = '']) => name);
    const first = readdirSync(join(builtFolder, portal, 'assets')).filter((name) => startPage.test(name));
    expect(first).toHaveLength(1);
    const loaded = new Set([...named, ...first].flatMap((name) => [...withImports(portal, name)]));
    const total = [...loaded].reduce((sum, name) => sum + sizeOf(portal, name), 0);
    expect(total).toBeGreaterThan(50 * 1024);
    expect(total).toBeLessThanOrEqual(firstLoadMax);
  });

  it('has no script in its shell, only files', () => {
    const shell = readFileSync(join(builtFolder, portal, 'index.html'), 'utf8');
    const scripts = [...shell.matchAll(/<script[^>]*>([^<]*)<\/script>/g)];
    expect(scripts).toHaveLength(1);
    expect(scripts.map(([, content]) => content)).toEqual(['']);
  });
});
