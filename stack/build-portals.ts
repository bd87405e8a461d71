import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { portalNames, viteSettings } from '../portals/vite-settings.ts';
import { describeError } from './describe-error.ts';
import { checkoutDir } from './paths.ts';

const outFolder = join(checkoutDir, 'portals', 'dist');
const stampFile = join(outFolder, 'sources.sha256');

/** What the pages are made of; the lock file stands for every package. */
const sources = ['portals/**/*', 'contracts/generated/*.gen.ts', 'package-lock.json'];

function hashSources(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { cwd: checkoutDir, withFileTypes: true, exclude: ['portals/dist/**'] })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash
      .update(`${file.slice(checkoutDir.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

/** Builds both portals where their sources have changed since they were built last. */
export async function buildPortals(say: (line: string) => void): Promise<void> {
  const wanted = hashSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  say('building the portals');
  for (const portal of portalNames) await build(viteSettings(portal, outFolder));
  writeFileSync(stampFile, wanted);
}

if (import.meta.main) {
  try {
    await buildPortals((line) => console.log(line));
  } catch (error) {
    console.error(describeError(error));
    process.exit(1);
  }
}
