import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { portalNames, viteSettings } from '../portals/vite-settings.ts';
import { describeError } from './describe-error.ts';
import { checkoutDir, nodeBinary } from './paths.ts';

const outFolder = join(checkoutDir, 'portals', 'dist');
const stampFile = join(outFolder, 'sources.sha256');

/** What the pages are made of; the lock file stands for every package. */
const sources = ['portals/**/*', 'contracts/generated/*.gen.ts', 'package-lock.json'];
const built = ['portals/dist/**', 'portals/.building-*/**'];

function hashSources(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { cwd: checkoutDir, withFileTypes: true, exclude: built })
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

function areCurrent(): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hashSources();
}

/** Beside the folder that is being served, then in its place. */
async function buildBoth(): Promise<void> {
  const folder = join(checkoutDir, 'portals', `.building-${process.pid}`);
  const stamp = hashSources();
  try {
    for (const portal of portalNames) await build(viteSettings(portal, folder));
    writeFileSync(join(folder, 'sources.sha256'), stamp);
    rmSync(outFolder, { recursive: true, force: true });
    renameSync(folder, outFolder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds both portals where their sources have changed since, in a process of its own whose memory goes with it. */
export async function buildPortals(say: (line: string) => void): Promise<void> {
  if (areCurrent()) return;
  say('building the portals');
  // A development build would be three times as large.
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(nodeBinary, [import.meta.filename], { cwd: checkoutDir, env });
}

if (import.meta.main) {
  try {
    if (!areCurrent()) await buildBoth();
  } catch (error) {
    console.error(describeError(error));
    process.exit(1);
  }
}
